import type { MediaKind } from '../../../media/codecs/codec.js';
import { largestOf, smallestOf } from '../../../shared/extremes.js';
import { DELETION_REASONS, type DeletionReason } from '../entities/deleted-stretch.entity.js';
import { clipAll, inOrder, intersect, lengthOf, merge, subtract, type Stretch } from './stretch.js';

/** Why nothing of a time can be had; `lost`: it was recorded and its bytes are nowhere. */
export const ABSENCE_REASONS = ['loss', 'publisher-away', 'lost', ...DELETION_REASONS, 'not-recorded'] as const;
export type AbsenceReason = (typeof ABSENCE_REASONS)[number];

/** Media of one kind that a session lacks, wall clock. */
export interface KindAbsence extends Stretch {
  readonly kind: MediaKind;
  readonly reason: AbsenceReason;
}

/** What is known of a session; wall clock in epoch milliseconds. */
export interface DrawnSession {
  readonly id: string;
  /** What it has media of. */
  readonly kinds: readonly MediaKind[];
  /** Session time 0. */
  readonly zeroMs: number;
  /** From its first media to its last in each of its directories. */
  readonly parts: readonly Stretch[];
  readonly absences: readonly KindAbsence[];
  /** Of all kinds. */
  readonly lost: readonly Stretch[];
  /** It waits for its publisher: nothing has come since its last media. */
  readonly isInterrupted: boolean;
  /** More may be on its way than has been committed. */
  readonly isRecording: boolean;
}

/** Wall clock of media that was deleted. */
export interface DeletedMedia extends Stretch {
  readonly sessionId: string;
  readonly reason: DeletionReason;
}

/** What is known of a stream. */
export interface KnownMedia {
  readonly sessions: readonly DrawnSession[];
  /** Of these sessions, and of some that are gone altogether. */
  readonly deleted: readonly DeletedMedia[];
}

export interface TimelineGap extends Stretch {
  readonly reason: AbsenceReason;
  /** What is missing: some of what its session has, or all of it. */
  readonly kinds: readonly MediaKind[];
  /** Undefined between sessions, and of one that is gone altogether. */
  readonly sessionId: string | undefined;
}

export interface DrawnTimeline {
  readonly ranges: readonly Stretch[];
  readonly gaps: readonly TimelineGap[];
}

export interface TimelineBounds extends Stretch {
  readonly nowMs: number;
  /** Ranges nearer than this become one, and shorter gaps are left out. */
  readonly resolutionMs: number;
}

const BOTH: readonly MediaKind[] = ['video', 'audio'];
/** Shorter than this nothing is anything but rounding. */
const LEAST_MS = 100;
/** Tracks begin and end at different times: so much beside a known gap is of the same reason. */
const SEAM_MS = 1000;

/** What a page draws: the recorded ranges of some time, and why there is nothing between them. */
export function drawTimeline({ sessions, deleted }: KnownMedia, bounds: TimelineBounds): DrawnTimeline {
  const shapes = sessions.map((session) => shapeOf(session, deleted, bounds.nowMs));
  const view = { fromMs: bounds.fromMs, toMs: horizonOf(sessions, bounds) };
  const leastMs = Math.max(bounds.resolutionMs, LEAST_MS);
  const recorded = shapes.flatMap((shape) => shape.recorded);
  const ranges = merge(clipAll(recorded, view), leastMs);
  const known = inOrder([...shapes.flatMap((shape) => shape.whole), ...ofGoneSessions(sessions, deleted)]);
  const holes = subtract(view, ranges).filter((hole) => lengthOf(hole) >= leastMs);
  const whole = holes.flatMap((hole) => explain(hole, clipAll(known, hole), Math.max(leastMs, SEAM_MS)));
  const partial = clipAll(
    shapes.flatMap((shape) => shape.partial),
    view,
  ).filter((gap) => lengthOf(gap) >= leastMs);
  return { ranges, gaps: inOrder([...whole, ...partial]) };
}

/** What one session has and lacks. */
interface SessionShape {
  readonly recorded: readonly Stretch[];
  /** Nothing of any kind is there. */
  readonly whole: readonly TimelineGap[];
  /** Something of another kind is there. */
  readonly partial: readonly TimelineGap[];
}

function shapeOf(session: DrawnSession, deleted: readonly DeletedMedia[], nowMs: number): SessionShape {
  const kinds = session.kinds.length === 0 ? BOTH : session.kinds;
  const absences = kinds.map((kind) => inOrder(session.absences.filter((absence) => absence.kind === kind)));
  const [first = [], second] = absences;
  const common = second === undefined ? first : intersect(first, second);
  const lost = merge(session.lost).map((stretch) => ({ ...stretch, reason: 'lost' as const }));
  const facts = { kinds, sessionId: session.id };
  const parts = merge(session.parts);
  const own = deleted
    .filter(({ sessionId }) => sessionId === session.id)
    .flatMap((stretch) => subtract(stretch, parts).map((piece) => ({ ...piece, reason: stretch.reason })));
  const known = [...common, ...lost, ...own, ...waitOf(session, nowMs)].map(({ fromMs, toMs, reason }) => {
    return { fromMs, toMs, reason, ...facts };
  });
  const covered = merge(known);
  const whole = [...known, ...deletedFrom(session, covered).map((hole) => ({ ...hole, ...facts }))];
  return {
    recorded: parts.flatMap((part) => subtract(part, covered)),
    whole,
    partial: absences.flat().flatMap(({ kind, reason, ...stretch }) => {
      const { id: sessionId } = session;
      return subtract(stretch, covered).map((piece) => ({ ...piece, reason, kinds: [kind], sessionId }));
    }),
  };
}

function waitOf(
  { isInterrupted, parts }: DrawnSession,
  nowMs: number,
): readonly (Stretch & { reason: AbsenceReason })[] {
  const fromMs = largestOf(parts.map(({ toMs }) => toMs));
  return isInterrupted && parts.length > 0 && fromMs < nowMs ? [{ fromMs, toMs: nowMs, reason: 'publisher-away' }] : [];
}

function ofGoneSessions(sessions: readonly DrawnSession[], deleted: readonly DeletedMedia[]): TimelineGap[] {
  const known = new Set(sessions.map(({ id }) => id));
  return deleted.flatMap(({ fromMs, toMs, reason, sessionId }) =>
    known.has(sessionId) ? [] : { fromMs, toMs, reason, kinds: BOTH, sessionId: undefined },
  );
}

/** What lies before the parts that are left, and between them, and was no gap when it was recorded. */
function deletedFrom(
  { zeroMs, parts }: DrawnSession,
  known: readonly Stretch[],
): readonly (Stretch & { reason: AbsenceReason })[] {
  const merged = merge(parts);
  const last = merged.at(-1);
  if (last === undefined) return [];
  return subtract({ fromMs: zeroMs, toMs: last.toMs }, merge([...merged, ...known])).flatMap((hole) =>
    lengthOf(hole) < SEAM_MS ? [] : { ...hole, reason: 'deleted' },
  );
}

/** The future has no gaps, nor has what records now between its last committed media and this moment. */
function horizonOf(sessions: readonly DrawnSession[], { fromMs, toMs, nowMs }: TimelineBounds): number {
  const committed = sessions.filter(({ isRecording }) => isRecording).map(endOf);
  return Math.max(fromMs, Math.min(toMs, nowMs, smallestOf(committed)));
}

function endOf({ parts, zeroMs }: DrawnSession): number {
  return Math.max(zeroMs, largestOf(parts.map(({ toMs }) => toMs)));
}

/** @param known in it, in order. @returns gaps that fill the hole: some milliseconds beside a known one are of its reason */
function explain(hole: Stretch, known: readonly TimelineGap[], leastMs: number): TimelineGap[] {
  const gaps: TimelineGap[] = [];
  let { fromMs } = hole;
  for (const gap of known) {
    if (gap.toMs <= fromMs) continue;
    if (gap.fromMs - fromMs >= leastMs) gaps.push(notRecorded({ fromMs, toMs: gap.fromMs }));
    gaps.push({ ...gap, fromMs: gaps.at(-1)?.toMs ?? hole.fromMs });
    fromMs = gap.toMs;
  }
  const last = gaps.at(-1);
  if (last === undefined || hole.toMs - fromMs >= leastMs) return [...gaps, notRecorded({ fromMs, toMs: hole.toMs })];
  return [...gaps.slice(0, -1), { ...last, toMs: hole.toMs }];
}

function notRecorded(stretch: Stretch): TimelineGap {
  return { ...stretch, reason: 'not-recorded', kinds: BOTH, sessionId: undefined };
}
