import type { ByteSpan, FoundFragment, ReadBytes, ScannedSegment } from '../container.js';
import { parseFragmentHeader, readSamples, type ParsedFragment } from './fragment-parser.js';
import { BOX_HEADER_BYTES } from './layout.js';

/** Room for 65 000 samples; a larger one is not ours. */
const MAX_MOOF_BYTES = 1 << 20;
/** A segment type box lists a few brands. */
const MAX_SEGMENT_TYPE_BYTES = 256;

interface BoxHeader {
  readonly type: string;
  readonly sizeBytes: number;
}

/**
 * Finds the whole fragments at the start of a segment file: what a crash in the middle of a write left behind ends at
 * the first box that is not all there, or that says what `writeFragmentHeader` never writes.
 *
 * Never throws on content. Payload is not looked at, so it is not read: a long file costs a few reads per fragment.
 */
export function scanSegment(read: ReadBytes, sizeBytes: number): ScannedSegment {
  let offset = segmentTypeSize(read, sizeBytes);
  const scan = new ScanResult();
  for (;;) {
    const fragment = readFragment(read, offset, sizeBytes);
    if (fragment === undefined || !scan.continuesWith(fragment.parsed)) return scan.result();
    offset += fragment.sizeBytes;
    scan.add(fragment.parsed, offset);
  }
}

/**
 * Where the first sample of a segment file lies.
 *
 * @param read may know the file's first kilobytes only: headers are all that is read
 * @returns undefined when the file does not begin with a fragment of ours
 */
export function findFirstSample(read: ReadBytes, sizeBytes: number): ByteSpan | undefined {
  const start = segmentTypeSize(read, sizeBytes);
  const fragment = readFragment(read, start, sizeBytes);
  if (fragment === undefined) return undefined;
  const { payloadBytes, firstSampleBytes } = fragment.parsed;
  return { offset: start + fragment.sizeBytes - payloadBytes, length: firstSampleBytes };
}

/**
 * The fragment at a place of a segment file, or behind the segment type there.
 *
 * @param read may know a part of the file only: the header of the fragment and that of its samples' box
 * @returns undefined when there is no whole fragment of ours, or `read` does not know its header
 */
export function findFragment(read: ReadBytes, offset: number, sizeBytes: number): FoundFragment | undefined {
  const start = offset === 0 ? segmentTypeSize(read, sizeBytes) : offset;
  const fragment = readFragment(read, start, sizeBytes);
  if (fragment === undefined) return undefined;
  const { startTicks, payloadBytes } = fragment.parsed;
  const endOffset = start + fragment.sizeBytes;
  const payloadOffset = endOffset - payloadBytes;
  const samples = readSamples(read(start, payloadOffset - BOX_HEADER_BYTES - start));
  return { startTicks, samples, payloadOffset, endOffset };
}

function segmentTypeSize(read: ReadBytes, fileBytes: number): number {
  const header = readBoxHeader(read, 0, fileBytes);
  return header?.type === 'styp' && header.sizeBytes <= MAX_SEGMENT_TYPE_BYTES ? header.sizeBytes : 0;
}

function readFragment(
  read: ReadBytes,
  offset: number,
  fileBytes: number,
): { readonly parsed: ParsedFragment; readonly sizeBytes: number } | undefined {
  const moof = readBoxHeader(read, offset, fileBytes);
  if (moof?.type !== 'moof' || moof.sizeBytes > MAX_MOOF_BYTES) return undefined;
  const mdat = readBoxHeader(read, offset + moof.sizeBytes, fileBytes);
  if (mdat?.type !== 'mdat') return undefined;
  const bytes = read(offset, moof.sizeBytes);
  if (bytes.length !== moof.sizeBytes) return undefined;
  const parsed = parseFragmentHeader(bytes);
  if (parsed?.payloadBytes !== mdat.sizeBytes - BOX_HEADER_BYTES) return undefined;
  return { parsed, sizeBytes: moof.sizeBytes + mdat.sizeBytes };
}

/** @returns undefined when the box is not wholly inside the file */
function readBoxHeader(read: ReadBytes, offset: number, fileBytes: number): BoxHeader | undefined {
  if (offset + BOX_HEADER_BYTES > fileBytes) return undefined;
  const bytes = read(offset, BOX_HEADER_BYTES);
  if (bytes.length < BOX_HEADER_BYTES) return undefined;
  const sizeBytes = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  if (sizeBytes < BOX_HEADER_BYTES || offset + sizeBytes > fileBytes) return undefined;
  return { type: String.fromCharCode(...bytes.subarray(4, 8)), sizeBytes };
}

/** Adds up what the fragments say. */
class ScanResult {
  private wholeBytes = 0;
  private fragments = 0;
  private samples = 0;
  private startTicks = 0;
  private endTicks = 0;
  private isIndependent = false;
  private lastSequenceNumber = 0;

  /** Bytes of an older file on the same blocks of a disk would go back in time. */
  continuesWith(fragment: ParsedFragment): boolean {
    return this.fragments === 0 || fragment.startTicks >= this.endTicks;
  }

  add(fragment: ParsedFragment, endOffset: number): void {
    if (this.fragments === 0) {
      this.startTicks = fragment.startTicks;
      this.isIndependent = fragment.startsWithSync;
    }
    this.wholeBytes = endOffset;
    this.fragments++;
    this.samples += fragment.samples;
    this.endTicks = fragment.startTicks + fragment.durationTicks;
    this.lastSequenceNumber = fragment.sequenceNumber;
  }

  result(): ScannedSegment {
    return {
      wholeBytes: this.wholeBytes,
      fragments: this.fragments,
      samples: this.samples,
      startTicks: this.startTicks,
      durationTicks: this.endTicks - this.startTicks,
      isIndependent: this.isIndependent,
      lastSequenceNumber: this.lastSequenceNumber,
    };
  }
}
