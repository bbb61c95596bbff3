import type { Steps } from '../../shared/steps.js';
import type { InitDescription } from '../containers/container.js';
import { FragmentSamples } from '../containers/fragment-samples.js';
import type { ClipChunk, ClipTrack, ChunkPart } from './clip.js';
import type { SampleSpan, TrackCut } from './source.js';

/** Chunks of silence are as long as fragments. */
const SILENT_CHUNK_SAMPLES = 50;
/** Of `IsobmffBinding.silence`. */
const SILENCES_PER_SECOND = 50;

/** Sound that would begin earlier than this part of its length before the end of what is there is left out. */
const OVERLAP_SHARE = 8;

/**
 * Puts the cuts of one track one behind the other. Time that no sample fills is filled: the last picture stays, sound is
 * silent. Samples that would begin before the ones in front end are moved or, where it is sound, left out.
 */
export class TrackBuilder {
  private readonly chunks: ClipChunk[] = [];
  private endTicks = 0;
  private shownStartTicks = 0;
  private shownEndTicks = 0;

  /** @param bringsParameters key frames get their parameters in front */
  constructor(
    private readonly init: InitDescription,
    private readonly bringsParameters: boolean,
  ) {}

  /** @param shiftTicks from the time of the cut to that of the clip @yields after each span */
  *add({ init, spans, ...cut }: TrackCut, shiftTicks: number): Steps<void> {
    const prefix = this.prefixOf(init);
    if (this.chunks.length === 0) this.shownStartTicks = cut.shownStartTicks + shiftTicks;
    for (const span of spans) {
      this.addSpan(span, span.startTicks + shiftTicks, prefix);
      yield;
    }
    this.shownEndTicks = Math.max(this.shownEndTicks, cut.shownEndTicks + shiftTicks);
  }

  /** @returns undefined when nothing was added */
  build(): ClipTrack | undefined {
    const { init, chunks, shownStartTicks, shownEndTicks } = this;
    if (chunks.length === 0) return undefined;
    return { init, sampleEntry: this.sampleEntry(), chunks, shownStartTicks, shownEndTicks };
  }

  private prefixOf({ codec, configuration }: InitDescription): Uint8Array | undefined {
    if (!this.bringsParameters) return undefined;
    const units = codec.isobmff.inBand?.parameterUnits(configuration);
    return units?.length === 0 ? undefined : units;
  }

  private sampleEntry(): Uint8Array {
    const { codec, sampleEntry } = this.init;
    const type = this.bringsParameters ? codec.isobmff.inBand?.sampleEntryType : undefined;
    if (type === undefined) return sampleEntry;
    const entry = sampleEntry.slice();
    for (let index = 0; index < 4; index++) entry[4 + index] = type.charCodeAt(index);
    return entry;
  }

  private addSpan(span: SampleSpan, wantedTicks: number, prefix: Uint8Array | undefined): void {
    const first = this.meet(span, wantedTicks);
    if (first >= span.end) return;
    const chunk = chunkOf({ ...span, first }, this.endTicks, prefix);
    this.chunks.push(chunk);
    this.endTicks += chunk.samples.totalDurationTicks;
  }

  /** Makes what is there end where the span begins. @returns the span's first sample that is taken */
  private meet({ fragment: { samples }, first, end }: SampleSpan, wantedTicks: number): number {
    if (this.chunks.length === 0) {
      this.endTicks = wantedTicks;
      return first;
    }
    let sample = first;
    let gapTicks = wantedTicks - this.endTicks;
    if (this.init.codec.kind === 'audio') {
      for (; sample < end && -gapTicks > (samples.durationTicks[sample] ?? 0) / OVERLAP_SHARE; sample++) {
        gapTicks += samples.durationTicks[sample] ?? 0;
      }
      if (sample === end) return end;
      gapTicks -= this.addSilence(gapTicks);
    }
    this.stretch(gapTicks);
    return sample;
  }

  private stretch(byTicks: number): void {
    const last = this.chunks.at(-1);
    if (last === undefined || byTicks === 0) return;
    const samples = last.samples.slice(0, last.samples.count);
    samples.stretchLast(byTicks);
    this.chunks[this.chunks.length - 1] = { ...last, samples };
    this.endTicks += samples.totalDurationTicks - last.samples.totalDurationTicks;
  }

  /** @returns how many ticks were filled: whole frames only */
  private addSilence(gapTicks: number): number {
    const { timescale, codec } = this.init;
    const bytes = codec.isobmff.silence;
    const frameTicks = timescale / SILENCES_PER_SECOND;
    if (bytes === undefined || gapTicks < frameTicks) return 0;
    const frames = Math.floor(gapTicks / frameTicks);
    for (let left = frames; left > 0; left -= SILENT_CHUNK_SAMPLES) {
      const count = Math.min(left, SILENT_CHUNK_SAMPLES);
      const samples = new FragmentSamples(count);
      for (let index = 0; index < count; index++) samples.add(bytes.length, frameTicks, 0, true);
      const parts = [{ bytes: repeated(bytes, count) }];
      this.chunks.push({ startTicks: this.endTicks, samples, parts });
      this.endTicks += samples.totalDurationTicks;
    }
    return frames * frameTicks;
  }
}

/** Samples are those of the fragment itself where all of them are taken as they are: of a day there are millions. */
function chunkOf(span: SampleSpan, startTicks: number, prefix: Uint8Array | undefined): ClipChunk {
  if (prefix !== undefined) return prefixedChunk(span, startTicks, prefix);
  const { object, fragment, first, end } = span;
  const isWhole = first === 0 && end === fragment.samples.count;
  const samples = isWhole ? fragment.samples : fragment.samples.slice(first, end);
  return { startTicks, samples, parts: [{ object, offset: offsetOf(span), length: samples.payloadBytes }] };
}

/** @param prefix in front of each key frame */
function prefixedChunk(span: SampleSpan, startTicks: number, prefix: Uint8Array): ClipChunk {
  const { object, fragment, first, end } = span;
  const source = fragment.samples;
  const samples = new FragmentSamples(end - first);
  const parts: ChunkPart[] = [];
  let offset = offsetOf(span);
  let partStart = offset;
  for (let sample = first; sample < end; sample++) {
    const sizeBytes = source.sizeBytes[sample] ?? 0;
    const isSync = source.isSync[sample] === 1;
    if (isSync) {
      if (offset > partStart) parts.push({ object, offset: partStart, length: offset - partStart });
      parts.push({ bytes: prefix });
      partStart = offset;
    }
    const durationTicks = source.durationTicks[sample] ?? 0;
    const ownBytes = isSync ? sizeBytes + prefix.length : sizeBytes;
    samples.add(ownBytes, durationTicks, source.compositionOffsetTicks[sample] ?? 0, isSync);
    offset += sizeBytes;
  }
  if (offset > partStart) parts.push({ object, offset: partStart, length: offset - partStart });
  return { startTicks, samples, parts };
}

/** @returns where the bytes of the span begin in its object */
function offsetOf({ fragment, first }: SampleSpan): number {
  return fragment.payloadOffset + fragment.samples.sizeBytes.subarray(0, first).reduce((sum, size) => sum + size, 0);
}

function repeated(bytes: Uint8Array, count: number): Uint8Array {
  const all = new Uint8Array(bytes.length * count);
  for (let index = 0; index < count; index++) all.set(bytes, index * bytes.length);
  return all;
}
