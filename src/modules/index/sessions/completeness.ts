import type { MediaKind } from '../../../media/codecs/codec.js';
import type { RecordedGap } from '../../../engine/index.js';
import { NOTHING_COUNTED } from '../commits/count-reception.js';
import type { CompletenessRow } from '../entities/index.js';

export type GapCause = RecordedGap['cause'];

/** How much of one kind of media is missing, for one reason. */
export interface GapSum {
  readonly kind: MediaKind;
  readonly cause: GapCause;
  readonly gapCount: number;
  readonly gapMs: number;
  /** Where the last of them ends, session time. */
  readonly endMs: number;
}

/** What came of one kind of media of a session, and what became of it. */
export interface TrackCompleteness {
  readonly kind: MediaKind;
  /** Each once, repaired ones among them. */
  readonly packetsReceived: number;
  readonly packetsRepaired: number;
  readonly packetsLost: number;
  /** Access units in committed segments. */
  readonly framesRecorded: number;
  /** Access units of which something came and that are not recorded. */
  readonly framesDropped: number;
  readonly gapCount: number;
  readonly gapMs: number;
  /** Share of the session's length without a gap; undefined while nothing is recorded. */
  readonly coveredPercent: number | undefined;
}

/** How complete a session is: as complete as the worse of its tracks. */
export interface Completeness extends Pick<TrackCompleteness, 'gapCount' | 'gapMs' | 'coveredPercent'> {
  /** From its first media to its last or to the end of a gap behind that: gaps are told before the media that follows them. */
  readonly lengthMs: number;
  readonly causes: readonly Pick<GapSum, 'cause' | 'gapCount' | 'gapMs'>[];
  readonly tracks: readonly TrackCompleteness[];
}

/** Session time of a session's first committed media, null before there is any, and of the end of its last. */
export interface MediaExtent {
  readonly firstMediaMs: number | null;
  readonly endMs: number;
}

/** Three decimals, never rounded up: a day that lacks a second is not 100 % complete. */
const STEPS_PER_PERCENT = 1000;

/**
 * @param rows of the session, one for each kind
 * @param gaps of the session, summed up, the most time first
 */
export function completenessOf(
  rows: readonly CompletenessRow[],
  gaps: readonly GapSum[],
  extent: MediaExtent,
): Completeness {
  const lengthMs = lengthOf(gaps, extent);
  const kinds = (['video', 'audio'] as const).filter((kind) => [...rows, ...gaps].some((one) => one.kind === kind));
  const tracks = kinds.map((kind) => trackOf(kind, rows, gaps, lengthMs));
  const [worst] = [...tracks].sort((a, b) => b.gapMs - a.gapMs);
  return {
    coveredPercent: worst === undefined ? covered(0, lengthMs) : worst.coveredPercent,
    gapCount: worst?.gapCount ?? 0,
    gapMs: worst?.gapMs ?? 0,
    lengthMs,
    causes: gaps
      .filter(({ kind }) => kind === worst?.kind)
      .map(({ cause, gapCount, gapMs }) => ({ cause, gapCount, gapMs })),
    tracks,
  };
}

function lengthOf(gaps: readonly GapSum[], { firstMediaMs, endMs }: MediaExtent): number {
  return firstMediaMs === null ? 0 : Math.max(endMs, ...gaps.map((gap) => gap.endMs)) - firstMediaMs;
}

function trackOf(
  kind: MediaKind,
  rows: readonly CompletenessRow[],
  gaps: readonly GapSum[],
  lengthMs: number,
): TrackCompleteness {
  const { packetsReceived, packetsRepaired, packetsLost, framesRecorded, framesDropped } =
    rows.find((row) => row.kind === kind) ?? NOTHING_COUNTED;
  const own = gaps.filter((gap) => gap.kind === kind);
  const gapCount = own.reduce((sum, gap) => sum + gap.gapCount, 0);
  const gapMs = own.reduce((sum, gap) => sum + gap.gapMs, 0);
  const counted = { packetsReceived, packetsRepaired, packetsLost, framesRecorded, framesDropped };
  return { kind, ...counted, gapCount, gapMs, coveredPercent: covered(gapMs, lengthMs) };
}

function covered(gapMs: number, lengthMs: number): number | undefined {
  if (lengthMs <= 0) return undefined;
  const percent = 100 * Math.max(0, 1 - gapMs / lengthMs);
  return Math.floor(percent * STEPS_PER_PERCENT) / STEPS_PER_PERCENT;
}
