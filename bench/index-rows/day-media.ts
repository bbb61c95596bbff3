// The objects of the rows that generateRows makes: fragments of a second each, with headers that are true and zeros for samples.
import type * as Codecs from '../../src/media/codecs/index.js';
import type * as Containers from '../../src/media/containers/index.js';
import type * as Samples from '../../src/media/containers/fragment-samples.js';
import type { ByteRange } from '../../src/shared/byte-range.js';
import { importBuilt } from './import-built.ts';

const FRAGMENTS = 6;
const PER_SECOND = { video: 30, audio: 50 } as const;
/** As `generateRows` says of each segment. */
export const SEGMENT_BYTES = { video: 1_800_000, audio: 48_000 } as const;

const { cmaf } = await importBuilt<typeof Containers>('media/containers/index.js');
const { FragmentSamples } = await importBuilt<typeof Samples>('media/containers/fragment-samples.js');
const { findCodec, isRecordable } = await importBuilt<typeof Codecs>('media/codecs/index.js');

export type Kind = keyof typeof PER_SECOND;
export const kindOf = (key: string): Kind => (key.includes('audio_') ? 'audio' : 'video');

/** The init object, in the 700 bytes that its row promises. */
function initOf(kind: Kind): Buffer {
  const codec = findCodec(kind === 'video' ? 'H264' : 'opus', kind);
  if (codec === undefined || !isRecordable(codec)) throw new Error('No such codec.');
  const configuration =
    kind === 'video'
      ? Uint8Array.of(1, 0x42, 0xe0, 0x1f, 0xff, 0xe1, 0, 2, 0x67, 7, 1, 0, 1, 0x68)
      : Uint8Array.of(0, 2, 0, 0, 0, 0, 0xbb, 0x80, 0, 0, 0);
  const size = kind === 'video' ? { width: 1280, height: 720 } : { sampleRate: 48_000, channels: 2 };
  const parameters = { codecString: '', configuration, reorderDepth: 0, ...size };
  return Buffer.from(cmaf.encodeInit({ codec, parameters, timescale: codec.clockRate }));
}

export const inits = { video: initOf('video'), audio: initOf('audio') };

/** A header of a fragment, or what a segment begins with. */
export interface HeaderPiece {
  readonly at: number;
  readonly length: number;
  readonly write: (bytes: Buffer, at: number) => void;
}

/** @returns all of a segment that is not zero */
export function headersOf(kind: Kind, number: number): HeaderPiece[] {
  const count = PER_SECOND[kind];
  const timescale = kind === 'video' ? 90_000 : 48_000;
  const typeBytes = cmaf.segmentType.length;
  const fragmentBytes = Math.floor((SEGMENT_BYTES[kind] - typeBytes) / FRAGMENTS);
  const length = cmaf.fragmentHeaderSize(kind, count);
  const pieces = Array.from({ length: FRAGMENTS }, (_, second): HeaderPiece => {
    const write = (bytes: Buffer, at: number): void => {
      const samples = new FragmentSamples(count);
      const size = Math.floor((fragmentBytes - length) / count);
      const firstSize = fragmentBytes - length - size * (count - 1);
      for (let index = 0; index < count; index++) {
        samples.add(index === 0 ? firstSize : size, timescale / count, 0, kind === 'audio' || index === 0);
      }
      const baseDecodeTicks = ((number - 1) * FRAGMENTS + second) * timescale;
      cmaf.writeFragmentHeader(bytes, at, kind, { sequenceNumber: 1, baseDecodeTicks, samples });
    };
    return { at: typeBytes + second * fragmentBytes, length, write };
  });
  const writeType = (bytes: Buffer, at: number): void => {
    bytes.set(cmaf.segmentType, at);
  };
  const type: HeaderPiece = { at: 0, length: typeBytes, write: writeType };
  return [type, ...pieces];
}

/** A segment's bytes that are asked for. */
export function segmentBytes(key: string, { start, end }: ByteRange): Buffer {
  const bytes = Buffer.alloc(end + 1 - start);
  for (const { at, length, write } of headersOf(kindOf(key), numberOf(key))) {
    if (at >= start && at + length <= end + 1) write(bytes, at - start);
  }
  return bytes;
}

function numberOf(key: string): number {
  return Number(/(\d+)\.m4s$/.exec(key)?.[1]);
}
