import type { TrackClock } from '../../media/timeline/track-clock.js';
import type { TrackRecording } from './track-recording.js';

/** Sender reports that place a source further from where its packets came are not believed. */
const BELIEVED_MS = 500;

/** The first sample of a source that a track changes over to. */
export interface SourceStart {
  readonly clock: TrackClock;
  /** On the source's own endless line. */
  readonly ticks: number;
  /** Of its first packet. */
  readonly arrivalMs: number;
}

/**
 * Sets the clock of a source to follow the track's: by sender reports where there are any, else its first sample is as
 * much later than the newest of the track as it came later.
 *
 * @param floorMs recording time before which it may not lie
 * @param startClock sets a clock by all that is known, off by as much as the track was: it is slewed with the others
 * @returns recording time of the first sample, in ticks
 */
export function placeSource(
  track: TrackRecording,
  { clock, ticks, arrivalMs }: SourceStart,
  floorMs: number,
  startClock: (clock: TrackClock, misplacedMs: number) => void,
): number {
  const byArrivalMs = Math.max(track.endMs - track.nominalMs, 0) + track.clock.sinceLastMs(arrivalMs);
  const isSameLine = clock === track.clock && !clock.isJump(ticks, arrivalMs, track.isReordered);
  if (clock !== track.clock) clock.arrived(ticks, arrivalMs);
  const isTold = clock !== track.clock && clock.isTold(arrivalMs);
  if (isTold) startClock(clock, track.clock.misplacedMs);
  const toldMs = isSameLine || isTold ? track.msOf(clock.peek(ticks)) : Infinity;
  const isBelieved = isSameLine || Math.abs(toldMs - byArrivalMs) <= BELIEVED_MS;
  const wantedMs = isBelieved ? toldMs : byArrivalMs;
  const atTicks = track.ticksOf(Math.max(wantedMs, floorMs));
  if (isBelieved) clock.shiftBy(atTicks - clock.peek(ticks));
  else clock.jumpTo(ticks, atTicks);
  return atTicks;
}
