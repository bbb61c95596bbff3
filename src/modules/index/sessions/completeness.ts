import type { MediaKind } from '../../../media/codecs/codec.js';
import type { RecordedGap } from '../../../engine/index.js';
import type { CompletenessRow } from '../entities/index.js';

export type GapCause = RecordedGap['cause'];

/** How much of one kind of media is missing, for one reason. */
export interface GapSum {
  readonly kind: MediaKind;
  readonly cause: GapCause;
  readonly gapCount: number;
  readonly gapMs: number;
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
  readonly causes: readonly Omit<GapSum, 'kind'>[];
  readonly tracks: readonly TrackCompleteness[];
}

/** Three decimals, never rounded up: a day that lacks a second is not 100 % complete. */
const STEPS_PER_PERCENT = 1000;
const NOTHING = { packetsReceived: 0, packetsRepaired: 0, packetsLost: 0, framesRecorded: 0, framesDropped: 0 };

/**
 * @param rows of the session, one for each kind
 * @param gaps of the session, summed up, the most time first
 * @param extentMs from its first media to its last
 */
export function completenessOf(
  rows: readonly CompletenessRow[],
  gaps: readonly GapSum[],
  extentMs: number,
): Completeness {
  const kinds = (['video', 'audio'] as const).filter((kind) => [...rows, ...gaps].some((one) => one.kind === kind));
  const tracks = kinds.map((kind) => trackOf(kind, rows, gaps, extentMs));
  const [worst] = [...tracks].sort((a, b) => b.gapMs - a.gapMs);
  return {
    coveredPercent: worst === undefined ? covered(0, extentMs) : worst.coveredPercent,
    gapCount: worst?.gapCount ?? 0,
    gapMs: worst?.gapMs ?? 0,
    causes: gaps
      .filter(({ kind }) => kind === worst?.kind)
      .map(({ cause, gapCount, gapMs }) => ({ cause, gapCount, gapMs })),
    tracks,
  };
}

function trackOf(
  kind: MediaKind,
  rows: readonly CompletenessRow[],
  gaps: readonly GapSum[],
  extentMs: number,
): TrackCompleteness {
  const { packetsReceived, packetsRepaired, packetsLost, framesRecorded, framesDropped } =
    rows.find((row) => row.kind === kind) ?? NOTHING;
  const own = gaps.filter((gap) => gap.kind === kind);
  const gapCount = own.reduce((sum, gap) => sum + gap.gapCount, 0);
  const gapMs = own.reduce((sum, gap) => sum + gap.gapMs, 0);
  const counted = { packetsReceived, packetsRepaired, packetsLost, framesRecorded, framesDropped };
  return { kind, ...counted, gapCount, gapMs, coveredPercent: covered(gapMs, extentMs) };
}

function covered(gapMs: number, extentMs: number): number | undefined {
  if (extentMs <= 0) return undefined;
  const percent = 100 * Math.max(0, 1 - gapMs / extentMs);
  return Math.floor(percent * STEPS_PER_PERCENT) / STEPS_PER_PERCENT;
}
