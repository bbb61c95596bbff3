import type * as CodecsModule from '../../src/media/codecs/index.ts';
import type { AccessUnitSink, RtpPayload } from '../../src/media/codecs/codec.ts';
import { importBuilt } from '../index-rows/import-built.ts';
import type { Stage } from './stage.ts';

const PICTURES = 30;
const PACKETS_PER_PICTURE = 9;
const PAYLOAD_BYTES = 1150;
const SOUND_BYTES = 160;

const { findCodec } = await importBuilt<typeof CodecsModule>('media/codecs/index.js');

/** First bytes of the payloads of a picture that is no key frame, by where in it they are. */
type Header = (isFirst: boolean, isLast: boolean) => readonly number[];
const bit = (isSet: boolean, value: number): number => (isSet ? value : 0);

const HEADERS: Readonly<Record<string, Header>> = {
  // FU-A of a slice: RFC 6184 section 5.8.
  H264: (isFirst, isLast) => [0x7c, bit(isFirst, 0x80) | bit(isLast, 0x40) | 1, 0x9a],
  // FU of TRAIL_R: RFC 7798 section 4.4.3.
  H265: (isFirst, isLast) => [49 << 1, 1, bit(isFirst, 0x80) | bit(isLast, 0x40) | 1, 0x80],
  // I, B, E and a picture number of 7 bits; profile 0, inter picture: RFC 9628 section 4.2.
  VP9: (isFirst, isLast) => [0xc0 | bit(isFirst, 0x08) | bit(isLast, 0x04), 1, 0x86],
  // Z, Y and one element, of an OBU_FRAME: the AV1 RTP specification, section 4.4.
  AV1: (isFirst, isLast) => [bit(!isFirst, 0x80) | bit(!isLast, 0x40) | 0x10, ...(isFirst ? [0x30] : [0x55])],
};

/** Copies to one place, as a recording's arena does. */
class ArenaSink implements AccessUnitSink {
  readonly arena = new Uint8Array(1 << 16);
  length = 0;
  finished = 0;

  append(bytes: Uint8Array, offset: number, length: number): void {
    this.arena.set(bytes.subarray(offset, offset + length), this.length);
    this.length += length;
  }

  appendUint32(value: number): void {
    this.length += 4;
    this.setUint32(this.length - 4, value);
  }

  setUint32(position: number, value: number): void {
    this.arena[position] = value >>> 24;
    this.arena[position + 1] = value >>> 16;
    this.arena[position + 2] = value >>> 8;
    this.arena[position + 3] = value;
  }

  finish(): void {
    this.finished += 1;
    this.length = 0;
  }

  discard(): void {
    this.length = 0;
  }

  dropped(): void {
    this.length = 0;
  }

  damaged(): void {
    this.length = 0;
  }
}

export function depacketizing(): Stage[] {
  const pictures = Object.entries(HEADERS).map(([name, header]) => {
    const payloads = Array.from({ length: PACKETS_PER_PICTURE }, (_, index) => {
      const bytes = new Uint8Array(PAYLOAD_BYTES).fill(0x55);
      bytes.set(header(index === 0, index === PACKETS_PER_PICTURE - 1));
      return bytes;
    });
    return stageOf(name, 'video', payloads, PICTURES);
  });
  const sound = new Uint8Array(SOUND_BYTES).fill(0x55);
  // CELT, 20 ms, stereo, one frame: RFC 6716 section 3.1.
  sound[0] = 0xfc;
  return [...pictures, stageOf('opus', 'audio', [sound], PICTURES * PACKETS_PER_PICTURE)];
}

function stageOf(name: string, kind: 'video' | 'audio', payloads: readonly Uint8Array[], units: number): Stage {
  const codec = findCodec(name, kind);
  if (codec === undefined) throw new Error(`${name} is no codec.`);
  const sink = new ArenaSink();
  const depacketizer = codec.createDepacketizer(sink, {});
  let timestamp = 0;
  const run = (): undefined => {
    const before = sink.finished;
    for (let unit = 0; unit < units; unit++) {
      timestamp = (timestamp + 3000) >>> 0;
      payloads.forEach((bytes, index) => {
        const payload: RtpPayload = {
          ...{ bytes, offset: 0, length: bytes.length, timestamp },
          marker: index === payloads.length - 1,
        };
        depacketizer.push(payload);
      });
    }
    if (sink.finished - before !== units) throw new Error(`${name}: ${sink.finished - before} of ${units} units.`);
  };
  return { name: `depacketize ${name}`, packets: units * payloads.length, run };
}
