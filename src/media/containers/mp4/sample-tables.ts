import type { Steps } from '../../../shared/steps.js';
import { ascii, uint32 } from '../../bytes.js';
import type { ClipTrack } from '../../clips/clip.js';
import { fullBox, fullBoxParts } from '../cmaf/box.js';

/** Rows of a table as they are written, in memory that grows. */
class Rows {
  private view = new DataView(new ArrayBuffer(4096));
  private length = 0;

  constructor(private readonly columns: number) {}

  get count(): number {
    return this.length / this.columns;
  }

  push(value: number): void {
    if (this.length * 4 === this.view.byteLength) {
      const larger = new Uint8Array(this.view.byteLength * 2);
      larger.set(this.bytes());
      this.view = new DataView(larger.buffer);
    }
    this.set(this.length++, value);
  }

  /** Counts on when the last row of two columns has the value. */
  pushRun(value: number): void {
    if (this.length > 0 && this.at(this.length - 1) === value) {
      this.set(this.length - 2, this.at(this.length - 2) + 1);
      return;
    }
    this.push(1);
    this.push(value);
  }

  bytes(): Uint8Array {
    return new Uint8Array(this.view.buffer, 0, this.length * 4);
  }

  private at(index: number): number {
    return this.view.getUint32(index * 4);
  }

  private set(index: number, value: number): void {
    this.view.setUint32(index * 4, value);
  }
}

/** The tables of a track but the places of its chunks, ISO/IEC 14496-12 sections 8.6 and 8.7. */
export interface SampleTables {
  readonly boxes: readonly Uint8Array[];
  /** By how much composition times are moved so that no offset is negative, which some players do not know. */
  readonly compositionShiftTicks: number;
  readonly mediaTicks: number;
}

export function* sampleTables(track: ClipTrack): Steps<SampleTables> {
  const { chunks, init } = track;
  const compositionShiftTicks = yield* compositionShift(track);
  const durations = new Rows(2);
  const offsets = new Rows(2);
  const sizes = new Rows(1);
  const syncs = new Rows(1);
  const perChunk = new Rows(3);
  let before = 0;
  let mediaTicks = 0;
  for (const [index, { samples }] of chunks.entries()) {
    for (let sample = 0; sample < samples.count; sample++) {
      durations.pushRun(samples.durationTicks[sample] ?? 0);
      offsets.pushRun((samples.compositionOffsetTicks[sample] ?? 0) + compositionShiftTicks);
      sizes.push(samples.sizeBytes[sample] ?? 0);
      if (samples.isSync[sample] === 1) syncs.push(sizes.count);
    }
    mediaTicks += samples.totalDurationTicks;
    yield;
    if (samples.count === before) continue;
    for (const value of [index + 1, samples.count, 1]) perChunk.push(value);
    before = samples.count;
  }
  const boxes = [...table('stts', durations)];
  if (init.codec.kind === 'video') boxes.push(...table('ctts', offsets));
  if (syncs.count < sizes.count) boxes.push(...table('stss', syncs));
  boxes.push(...table('stsc', perChunk), ...fullBoxParts('stsz', 0, 0, uint32(0, sizes.count), sizes.bytes()));
  if (init.codec.kind === 'audio') boxes.push(inFirstGroup(sizes.count));
  return { boxes, compositionShiftTicks, mediaTicks };
}

function table(type: string, rows: Rows): Uint8Array[] {
  return fullBoxParts(type, 0, 0, uint32(rows.count), rows.bytes());
}

/** All samples are in the group that `rollGroup` describes, section 8.9.2. */
function inFirstGroup(sampleCount: number): Uint8Array {
  return fullBox('sbgp', 0, 0, ascii('roll'), uint32(1, sampleCount, 1));
}

/** @returns by how much composition times are to be moved so that no offset is negative */
export function* compositionShift({ chunks }: ClipTrack): Steps<number> {
  let least = 0;
  for (const { samples } of chunks) {
    for (let sample = 0; sample < samples.count; sample++) {
      least = Math.min(least, samples.compositionOffsetTicks[sample] ?? 0);
    }
    yield;
  }
  return -least;
}

/** Where the chunks of a track lie in the file: a box that is as long as it will be before it is filled in. */
export interface OffsetTable {
  readonly box: Uint8Array;
  /** @param offset bytes from the start of the file */
  readonly set: (chunk: number, offset: number) => void;
}

/** @param isLong 64 bits for each offset */
export function offsetTable(chunkCount: number, isLong: boolean): OffsetTable {
  const entryBytes = isLong ? 8 : 4;
  const entries = chunkCount * entryBytes;
  const offsets = fullBox(isLong ? 'co64' : 'stco', 0, 0, uint32(chunkCount), new Uint8Array(entries));
  const view = new DataView(offsets.buffer, offsets.length - entries);
  return {
    box: offsets,
    set: (chunk, offset) => {
      if (isLong) view.setUint32(chunk * entryBytes, Math.floor(offset / 2 ** 32));
      view.setUint32((chunk + 1) * entryBytes - 4, offset % 2 ** 32);
    },
  };
}
