import { readUint16, readUint32 } from '../../bytes.js';
import type { RecordableCodec, CodecParameters, MediaKind } from '../../codecs/codec.js';
import { recordableCodecs } from '../../codecs/index.js';
import type { InitDescription } from '../container.js';

const BOX_HEADER_BYTES = 8;
/** Version and flags, then how many entries there are. */
const ENTRIES_START = 8;
/** In `tkhd` of version 0, behind its matrix. */
const DISPLAY_SIZE_START = 76;
const KINDS: Readonly<Record<string, MediaKind>> = { vide: 'video', soun: 'audio' };

/** How a kind's sample entry begins: ISO/IEC 14496-12 sections 12.1.3 and 12.2.3. */
interface EntryLayout {
  /** Where the boxes inside the entry start. */
  readonly boxesStart: number;
  read(entry: Uint8Array): Pick<CodecParameters, 'width' | 'height' | 'sampleRate' | 'channels'>;
}

const ENTRIES: Readonly<Record<MediaKind, EntryLayout>> = {
  video: { boxesStart: 78, read: (entry) => ({ width: readUint16(entry, 24), height: readUint16(entry, 26) }) },
  // The rate is 16.16 fixed point.
  audio: { boxesStart: 28, read: (entry) => ({ channels: readUint16(entry, 16), sampleRate: readUint16(entry, 24) }) },
};

/**
 * Reads back what `encodeInit` wrote, as far as a track is known by it.
 *
 * Never throws on content. @returns undefined when boxes are missing or not whole, or for a codec that is not ours
 */
export function readInit(bytes: Uint8Array): InitDescription | undefined {
  const media = contentAt(bytes, ['moov', 'trak', 'mdia']);
  const kind = KINDS[typeAt(contentAt(media, ['hdlr']), 8)];
  const timescale = readUint32(contentAt(media, ['mdhd']), 12);
  const entries = contentAt(media, ['minf', 'stbl', 'stsd']).subarray(ENTRIES_START);
  const codec = recordableCodecs.find(
    (known) => known.kind === kind && known.isobmff.sampleEntryType === typeAt(entries, 4),
  );
  if (codec === undefined || timescale === 0) return undefined;
  const description = describe(codec, timescale, contentAt(entries, [codec.isobmff.sampleEntryType]));
  if (description === undefined) return undefined;
  const header = contentAt(bytes, ['moov', 'trak', 'tkhd']);
  const displaySize = [readUint32(header, DISPLAY_SIZE_START), readUint32(header, DISPLAY_SIZE_START + 4)] as const;
  return { ...description, sampleEntry: entries.slice(0, readUint32(entries, 0)), displaySize };
}

function describe(
  codec: RecordableCodec,
  timescale: number,
  entry: Uint8Array,
): Omit<InitDescription, 'sampleEntry' | 'displaySize'> | undefined {
  const { isobmff, kind } = codec;
  const layout = ENTRIES[kind];
  const configuration = contentAt(entry.subarray(layout.boxesStart), [isobmff.configurationBoxType]);
  const codecString = isobmff.codecString(configuration);
  return codecString === undefined
    ? undefined
    : { codec, timescale, codecString, configuration, ...layout.read(entry) };
}

/** @returns the content of the first box on the way down, empty when it is not there or not whole */
function contentAt(bytes: Uint8Array, path: readonly string[]): Uint8Array {
  return path.reduce(contentOf, bytes);
}

function contentOf(boxes: Uint8Array, type: string): Uint8Array {
  let found = boxes.subarray(0, 0);
  for (let at = 0; at < boxes.length;) {
    const size = readUint32(boxes, at);
    if (size < BOX_HEADER_BYTES || at + size > boxes.length) return boxes.subarray(0, 0);
    if (found.length === 0 && typeAt(boxes, at + 4) === type) found = boxes.subarray(at + BOX_HEADER_BYTES, at + size);
    at += size;
  }
  return found;
}

/** @returns four characters; shorter where the bytes end */
function typeAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
