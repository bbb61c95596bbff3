import type { TrackStatistics } from '../../engine/index.js';
import { isRecorded } from '../../media/codecs/index.js';
import type { Clock } from '../../shared/clock.js';
import type { FailureLog } from '../signaling/ports/failure-log.js';

/** A sender that is asked for a key frame sends one long before. */
const PATIENCE_MS = 5_000;

/** Tells of publishers whose pictures come without what a decoder has to know first: all of them are dropped. */
export class UnusableVideo {
  /** By stream: since when, on the monotonic clock; undefined once it was told. */
  private readonly waiting = new Map<string, number | undefined>();

  constructor(
    private readonly clock: Clock,
    private readonly log: FailureLog,
  ) {}

  hear(stream: string, tracks: readonly TrackStatistics[]): void {
    const video = tracks.find(({ kind, codecName }) => kind === 'video' && isRecorded(codecName, kind));
    if (video === undefined || video.bitrateBps === 0) return;
    if (video.codecString !== undefined) this.waiting.delete(stream);
    else if (this.isOverdue(stream)) this.tell(stream, video);
  }

  /** The next publisher of the stream is another one. */
  forget(stream: string): void {
    this.waiting.delete(stream);
  }

  private isOverdue(stream: string): boolean {
    const nowMs = this.clock.monotonicMs();
    if (!this.waiting.has(stream)) this.waiting.set(stream, nowMs);
    const sinceMs = this.waiting.get(stream);
    return sinceMs !== undefined && nowMs - sinceMs >= PATIENCE_MS;
  }

  private tell(stream: string, { codecName }: TrackStatistics): void {
    this.waiting.set(stream, undefined);
    this.log.warn(
      `${stream} has sent ${codecName} for ${PATIENCE_MS / 1000} s without its parameters or without a key frame: ` +
        'none of its pictures can be recorded. H.264 and H.265 carry their parameter sets before key frames or in the SDP.',
    );
  }
}
