import type { Clock } from '../../shared/clock.js';
import type { MediaKind } from '../../media/codecs/codec.js';
import type { TrackClock } from '../../media/timeline/track-clock.js';
import type { EngineEvent, RecordedGap, RecordingOrder } from '../protocol.js';
import type { TrackRecording } from './track-recording.js';

/**
 * Recording time of one session, over all its publishers: where 0 lies on the monotonic and on the wall clock, how far
 * each kind of media has come, and where the next directory begins.
 */
export class RecordingTime {
  /** Monotonic clock at recording time 0. */
  private originMs: number | undefined;
  private isAnchored: boolean;
  /** Where each kind of media ended before the present run, recording time. */
  private readonly endMs = new Map<MediaKind, number>();
  /** Wall clock at which the next directory begins. */
  private borderEpochMs = Infinity;
  /** Monotonic clock when the border still lay ahead. */
  private beforeBorderMs = -Infinity;

  constructor(
    private readonly order: Pick<RecordingOrder, 'recordingSessionId' | 'anchorEpochMs' | 'endMs'>,
    private readonly clock: Clock,
    private readonly emit: (event: EngineEvent) => void,
    private readonly gap: (gap: RecordedGap) => void,
  ) {
    const { anchorEpochMs, endMs } = order;
    this.isAnchored = anchorEpochMs !== undefined;
    if (anchorEpochMs !== undefined) this.originMs = clock.monotonicMs() - (clock.epochMs() - anchorEpochMs);
    if (endMs > 0) this.endMs.set('video', endMs).set('audio', endMs);
  }

  /** Recording time at which the next directory begins, Infinity for never. Where the wall clock was set past it, now. */
  get borderMs(): number {
    if (this.originMs === undefined || this.borderEpochMs === Infinity) return Infinity;
    const nowMs = this.clock.monotonicMs();
    const borderMs = nowMs + this.borderEpochMs - this.clock.epochMs();
    if (borderMs > nowMs) this.beforeBorderMs = nowMs;
    return Math.max(borderMs, this.beforeBorderMs) - this.originMs;
  }

  /** @param monotonicMs after the first run has begun. @returns recording time */
  at(monotonicMs: number): number {
    return monotonicMs - (this.originMs ?? monotonicMs);
  }

  /** @returns the wall clock at a recording time */
  epochMs(ms: number): number {
    return Math.round(this.clock.epochMs() - (this.clock.monotonicMs() - (this.originMs ?? 0) - ms));
  }

  /** @param firstMs monotonic clock at the first sample of a run. @returns its recording time: never before what is written */
  begin(firstMs: number): number {
    const floorMs = Math.max(0, ...this.endMs.values());
    const startMs = this.originMs === undefined ? 0 : Math.max(floorMs, firstMs - this.originMs);
    this.originMs = firstMs - startMs;
    this.anchor(firstMs);
    return startMs;
  }

  /**
   * A track's samples get their place from now on. Tells what is missing since the last of its kind.
   * @param beside a track that has its place already
   */
  place(track: TrackRecording, beside?: TrackRecording): void {
    track.place(this.originMs ?? 0, beside?.clock.misplacedMs ?? 0);
    const endMs = this.endMs.get(track.kind);
    if (endMs === undefined) return;
    const startMs = Math.round(endMs);
    const durationMs = Math.round(track.waitingMs) - startMs;
    if (durationMs <= 0) return;
    this.gap({ kind: track.kind, startMs, durationMs, cause: 'publisher-away' });
  }

  /** Sets a clock to recording time by all that is known. */
  startClock(clock: TrackClock, misplacedMs: number): void {
    clock.start(this.originMs ?? 0, misplacedMs);
  }

  /** The run that a track was part of is over. */
  ended(track: TrackRecording): void {
    this.endMs.set(track.kind, Math.max(track.writtenMs, track.toldMs));
  }

  /** @param epochMs wall clock at which the next directory begins */
  setBorder(epochMs: number): void {
    this.borderEpochMs = epochMs;
    this.beforeBorderMs = this.clock.monotonicMs();
  }

  /** By the wall clock, which may have been set. */
  isPastBorder(): boolean {
    return this.clock.epochMs() >= this.borderEpochMs;
  }

  borderCrossed(): void {
    this.borderEpochMs = Infinity;
  }

  private anchor(firstMs: number): void {
    if (this.isAnchored) return;
    this.isAnchored = true;
    const anchorEpochMs = Math.round(this.clock.epochMs() - (this.clock.monotonicMs() - firstMs));
    const { recordingSessionId } = this.order;
    this.emit({ type: 'recording-anchored', recordingSessionId, anchorEpochMs });
  }
}
