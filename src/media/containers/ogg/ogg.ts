import type { Steps } from '../../../shared/steps.js';
import { ascii } from '../../bytes.js';
import {
  planFile,
  type ChunkPart,
  type Clip,
  type ClipFormat,
  type ClipTrack,
  type FilePart,
  type FilePlan,
} from '../../clips/clip.js';
import { recordableCodecs } from '../../codecs/index.js';
import { pageChecksum } from './page-checksum.js';

const HEADER_BYTES = 27;
const CHECKSUM_START = 22;
/** A page has one number of one byte for each 255 bytes of a packet. */
const MOST_LACES = 255;
const FIRST_PAGE = 2;
const LAST_PAGE = 4;
const SERIAL_NUMBER = 1;

/** Sound alone, RFC 7845 in RFC 3533. What is decoded only is heard too: there is no way to say what to leave out. */
export const ogg: ClipFormat = {
  name: 'ogg',
  extension: 'ogg',
  contentType: 'audio/ogg',
  carries: (codecs) => recordableCodecs.some(({ name, oggHead }) => oggHead !== undefined && codecs.includes(name)),
  plan: planOgg,
};

/** What a page has, and where in the sound it ends. */
interface Page {
  readonly flags: number;
  readonly endTicks: number;
  readonly sizes: readonly number[];
  readonly parts: readonly ChunkPart[];
}

function* planOgg({ tracks }: Clip): Steps<FilePlan> {
  const track = tracks.find(({ init }) => init.codec.oggHead !== undefined);
  const head = track?.init.codec.oggHead?.(track.init.configuration);
  if (track === undefined || head === undefined) throw new RangeError('No sound that Ogg has.');
  const tags = tagsOf();
  const pages: Page[] = [
    { flags: FIRST_PAGE, endTicks: 0, sizes: [head.length], parts: [{ bytes: head }] },
    { flags: 0, endTicks: 0, sizes: [tags.length], parts: [{ bytes: tags }] },
  ];
  yield* addSound(pages, track);
  const parts: FilePart[] = [];
  for (const [index, page] of pages.entries()) {
    parts.push(sealed(index === pages.length - 1 ? { ...page, flags: LAST_PAGE } : page, index));
    yield;
  }
  return yield* planFile(parts);
}

/** A chunk is a page, or several where it is long. */
function* addSound(pages: Page[], { chunks }: ClipTrack): Steps<void> {
  let endTicks = 0;
  for (const { samples, parts } of chunks) {
    const [part] = parts;
    if (part === undefined) continue;
    let sizes: number[] = [];
    let laces = 0;
    let start = 0;
    let length = 0;
    const flush = (): void => {
      if (sizes.length > 0) pages.push({ flags: 0, endTicks, sizes, parts: [slice(part, start, length)] });
      sizes = [];
      start += length;
      length = 0;
      laces = 0;
    };
    for (let sample = 0; sample < samples.count; sample++) {
      const size = samples.sizeBytes[sample] ?? 0;
      const needed = Math.floor(size / 255) + 1;
      if (laces + needed > MOST_LACES) flush();
      sizes.push(size);
      laces += needed;
      length += size;
      endTicks += samples.durationTicks[sample] ?? 0;
    }
    flush();
    yield;
  }
}

function slice(part: ChunkPart, start: number, length: number): ChunkPart {
  return 'bytes' in part
    ? { bytes: part.bytes.subarray(start, start + length) }
    : { ...part, offset: part.offset + start, length };
}

function sealed({ flags, endTicks, sizes, parts }: Page, sequenceNumber: number): FilePart {
  const laces = sizes.flatMap((size) => [...Array.from({ length: Math.floor(size / 255) }, () => 255), size % 255]);
  const header = new Uint8Array(HEADER_BYTES + laces.length);
  const view = new DataView(header.buffer);
  header.set(ascii('OggS'));
  header[5] = flags;
  view.setUint32(6, endTicks % 2 ** 32, true);
  view.setUint32(10, Math.floor(endTicks / 2 ** 32), true);
  view.setUint32(14, SERIAL_NUMBER, true);
  view.setUint32(18, sequenceNumber, true);
  header[26] = laces.length;
  header.set(laces, HEADER_BYTES);
  const length = header.length + sizes.reduce((sum, size) => sum + size, 0);
  return { sealed: [{ bytes: header }, ...parts], length, seal };
}

function seal(page: Uint8Array): void {
  const view = new DataView(page.buffer, page.byteOffset);
  view.setUint32(CHECKSUM_START, pageChecksum(page), true);
}

/** Who made it, and no comments. */
function tagsOf(): Uint8Array {
  const vendor = ascii('Aircheck');
  return Uint8Array.of(...ascii('OpusTags'), vendor.length, 0, 0, 0, ...vendor, 0, 0, 0, 0);
}
