import type { AccessUnitFacts, CodecParameters } from '../../media/codecs/codec.js';
import type { PeriodBudget } from './period-budget.js';
import type { RecordingTime } from './recording-time.js';
import { areSameParameters } from './same-parameters.js';
import type { TrackRecording } from './track-recording.js';

/** Media that runs further ahead of the clock than any buffer reaches has no time of its own any more. */
const LONGEST_AHEAD_MS = 30_000;

/** Which access units of the source that a track takes its media from can be used, and which start its time anew. */
export class Acceptance {
  constructor(
    private readonly time: RecordingTime,
    private readonly periods: PeriodBudget,
  ) {}

  isJump(track: TrackRecording, ticks: number, arrivalMs: number): boolean {
    return track.clock.isJump(ticks, arrivalMs, track.isReordered) || this.isAhead(track, ticks, arrivalMs);
  }

  /** @returns false for what would start anew once more, and for what follows it up to a key frame */
  follows(track: TrackRecording, facts: AccessUnitFacts, isJump: boolean, arrivalMs: number): boolean {
    if (track.isLeftOut && !facts.isKeyframe) return false;
    const startsAnew = isJump || changesParameters(track, facts.parameters);
    if (startsAnew && !isDecodable(track, facts.isKeyframe, arrivalMs)) return false;
    track.isLeftOut = startsAnew && !this.periods.take(arrivalMs);
    if (track.isLeftOut) track.loss.noted();
    return !track.isLeftOut;
  }

  /** A track begins with something that can be decoded, and with the parameters for it; after a loss it goes on so. */
  accepts(track: TrackRecording, { isKeyframe, parameters }: AccessUnitFacts, arrivalMs: number): boolean {
    if (!track.isPlaced && !track.hasWaiting) return isKeyframe && parameters !== undefined;
    return isDecodable(track, isKeyframe, arrivalMs);
  }

  /** A unit is of no use. */
  refuse(track: TrackRecording, ticks: number, arrivalMs: number): void {
    // By its own clock, but never later than it came.
    const ms = track.isPlaced ? Math.min(track.msOf(track.clock.peek(ticks)), this.time.at(arrivalMs)) : -Infinity;
    track.loss.refused(arrivalMs, ms);
  }

  private isAhead(track: TrackRecording, ticks: number, arrivalMs: number): boolean {
    const aheadMs = track.isPlaced
      ? track.msOf(track.clock.peek(ticks)) - this.time.at(arrivalMs)
      : track.aheadOfWaitingMs(ticks, arrivalMs);
    return aheadMs > LONGEST_AHEAD_MS;
  }
}

function changesParameters(track: TrackRecording, parameters: CodecParameters | undefined): boolean {
  if (parameters === undefined || track.parameters === undefined) return false;
  return !areSameParameters(parameters, track.nextParameters ?? track.parameters);
}

/** After a loss only key frames are, until long nothing came. */
function isDecodable(track: TrackRecording, isKeyframe: boolean, arrivalMs: number): boolean {
  return isKeyframe || !track.loss.forbids(arrivalMs);
}
