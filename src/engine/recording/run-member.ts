import type { RecordedGap } from '../protocol.js';
import type { RecordedSegment } from './recorded-segment.js';
import type { TrackRecording } from './track-recording.js';

/** A place in recording time where segments end in all tracks. */
export interface Cut {
  readonly ms: number;
  /** The one that begins there. */
  readonly segment: RecordedSegment;
  readonly startsPeriod: boolean;
  /** Monotonic clock when it was decided. */
  readonly madeMs: number;
}

/** How long a cut waits for a track that is silent. */
const SILENCE_MS = 1_000;
/** How long for one that sends, but has not come so far. */
const LAG_MS = 6_000;

/** A track on its way through the segments of a run: where it has got to, which cuts lie ahead, what it has lost. */
export class RunMember {
  /** Cuts that its samples have not come to yet, in order. */
  private readonly cuts: Cut[] = [];

  constructor(
    readonly track: TrackRecording,
    /** Recording time before which nothing of the track can be. */
    readonly floorMs: number,
    private readonly gap: (gap: RecordedGap) => void,
  ) {}

  /** The newest cut that lies ahead. */
  get lastCut(): Cut | undefined {
    return this.cuts.at(-1);
  }

  /** A cut was made by another track. */
  approach(cut: Cut, isLeader: boolean): void {
    this.cuts.push(cut);
    this.pass(isLeader);
  }

  /**
   * Once its samples have come to a cut it goes on behind it; without any in its segment it does at once, but not while
   * some wait to learn their place.
   * @param isLeader the file of the segment behind is made without waiting for the first fragment
   */
  pass(isLeader: boolean): void {
    const { track } = this;
    if (!track.isPlaced && track.hasWaiting) return;
    for (let cut = this.cuts[0]; cut !== undefined; cut = this.cuts[0]) {
      const count = track.countBefore(cut.ms);
      if (count === track.admitted && !track.isIdle) return;
      this.passCut(cut, count, track.leastFrom(count), isLeader);
    }
  }

  /**
   * A cut whose time is long over is passed without a sample, unless some wait to come. A last picture lasts up to it;
   * sound ends where its last frame does: players play what follows right behind a frame, however long it is said to last.
   */
  passSilently(nowMs: number, isLeader: boolean): void {
    const [cut] = this.cuts;
    const { track } = this;
    if (cut === undefined || nowMs - cut.madeMs < SILENCE_MS || track.isHeldUp) return;
    const isSilent = track.clock.silentMs(nowMs) >= SILENCE_MS;
    if (!isSilent && nowMs - cut.madeMs < LAG_MS) return;
    this.passCut(cut, track.admitted, track.kind === 'video' ? track.ticksOf(cut.ms) : track.endTicks, isLeader);
    this.pass(isLeader);
  }

  /**
   * Leaves its segment, and those it never came to, for the newest.
   *
   * @param count of its admitted samples that still belong to the one it is in
   * @param endTicks where that one ends
   */
  enter(newest: RecordedSegment, count: number, endTicks: number): void {
    this.track.finishSegment(count, endTicks);
    for (const { segment } of this.cuts) if (segment !== newest) segment.trackDone();
    this.cuts.length = 0;
    this.track.enter(newest);
  }

  /**
   * Writes everything and leaves all segments: the run is over.
   * @param endMs where the media of the run ends: a loss that nothing usable came after lasts until then
   */
  finish(endMs: number): void {
    const { track } = this;
    this.tellLossUpTo(Math.max(endMs, track.loss.refusedMs));
    track.finishSegment(track.admitted, track.endTicks);
    for (const { segment } of this.cuts) segment.trackDone();
    track.clear();
    track.unplace();
  }

  /** The next sample, placed at `ms`, may be the first that can be used after a loss. */
  noteLoss(ms: number): void {
    const { track } = this;
    if (track.isNextAfterLoss && track.misses(ms)) this.tellGap(track.endMs, ms, 'loss');
  }

  /**
   * Between the newest sample and the next, placed at `ms`, something is missing inside a segment: never longer than
   * until a cut is passed silently, or a run without any media ends.
   */
  hasHoleBefore(ms: number): boolean {
    const { track } = this;
    return track.misses(ms) && track.nextParameters === undefined && track.hasSegmentMediaBefore(ms);
  }

  /** Session or run end at `ms`: of a loss that goes on, what is missing until there is missing in it. */
  tellLossUpTo(ms: number): void {
    const { track } = this;
    if (!track.loss.isOpen || !track.misses(ms)) return;
    this.tellGap(track.endMs, ms, 'loss');
    track.toldMs = ms;
  }

  tellGap(fromMs: number, toMs: number, cause: RecordedGap['cause']): void {
    const startMs = Math.round(fromMs);
    const durationMs = Math.round(toMs) - startMs;
    if (durationMs > 0) this.gap({ kind: this.track.kind, startMs, durationMs, cause });
  }

  private passCut(cut: Cut, count: number, endTicks: number, isLeader: boolean): void {
    this.track.finishSegment(count, endTicks);
    this.cuts.shift();
    this.track.enter(cut.segment);
    if (isLeader) this.track.openPart();
  }
}
