import { In, type EntityManager, type ObjectLiteral, type SelectQueryBuilder } from 'typeorm';
import type { MediaKind } from '../../../media/codecs/codec.js';
import { CompletenessRow, GapRow, RecordingSession, SegmentRow, SessionPart, TrackRow } from '../entities/index.js';
import type { KindAbsence } from './draw-timeline.js';
import { merge, type Stretch } from './stretch.js';

const KINDS: readonly MediaKind[] = ['video', 'audio'];

/** Sessions may tell their end by another clock than their media. */
const CLOCKS_DIFFER_MS = 10 * 60_000;

export interface StreamStretch extends Stretch {
  readonly stream: string;
}

/** A session with all that a timeline needs of it; wall clock. */
export interface SessionOnTimeline {
  readonly row: RecordingSession;
  readonly zeroMs: number;
  readonly kinds: readonly CompletenessRow['kind'][];
  readonly parts: readonly (Stretch & { readonly sizeBytes: number })[];
  readonly absences: readonly KindAbsence[];
  /** Of all kinds. */
  readonly lost: readonly Stretch[];
}

/**
 * Sessions of a stream that reach into a stretch of time, oldest first. No segment is read but the lost ones: parts and
 * gaps say the rest.
 *
 * @param leastMs shorter gaps are left out
 */
export async function findSessionsOnTimeline(
  manager: EntityManager,
  wanted: StreamStretch,
  leastMs: number,
): Promise<SessionOnTimeline[]> {
  const rows = await overlapping(manager.createQueryBuilder(RecordingSession, 'session'), wanted)
    .orderBy('session.startedAt')
    .addOrderBy('session.id')
    .getMany();
  if (rows.length === 0) return [];
  const parts = groupBySession(await ofSessions(manager.createQueryBuilder(SessionPart, 'own'), wanted).getMany());
  const tracks = groupBySession(
    await ofSessions(manager.createQueryBuilder(CompletenessRow, 'own'), wanted)
      .andWhere('own.framesRecorded > 0')
      .getMany(),
  );
  const gaps = groupBySession(await findGaps(manager, wanted, leastMs));
  const sessionIds = rows.map(({ id }) => id);
  const lost = groupBySession(await findLost(manager, sessionIds, leastMs));
  const kindOf = await kindsOfTracks(manager, wanted, [...lost.values()].flat());
  return rows.map((row) => {
    const zeroMs = (row.anchoredAt ?? row.startedAt).getTime();
    const at = (startMs: number, endMs: number): Stretch => ({ fromMs: zeroMs + startMs, toMs: zeroMs + endMs });
    const gone = lost.get(row.id) ?? [];
    const stretch = ({ startMs, endMs }: LostStretch): Stretch => at(startMs, endMs);
    return {
      row,
      zeroMs,
      kinds: (tracks.get(row.id) ?? []).map(({ kind }) => kind),
      parts: (parts.get(row.id) ?? []).map(({ startMs, endMs, sizeBytes }) => ({ ...at(startMs, endMs), sizeBytes })),
      absences: [
        ...(gaps.get(row.id) ?? []).map(({ kind, startMs, durationMs, cause }) => {
          return { ...at(startMs, startMs + durationMs), kind, reason: cause };
        }),
        ...KINDS.flatMap((kind) =>
          merge(gone.filter(({ trackIds }) => trackIds?.some((id) => kindOf(row.id, id) === kind)).map(stretch)).map(
            (one) => ({ ...one, kind, reason: 'lost' as const }),
          ),
        ),
      ],
      lost: gone.filter(({ trackIds }) => trackIds === null).map(stretch),
    };
  });
}

/** @returns how many gaps of at least `leastMs` the sessions have that reach into the stretch */
export async function countGaps(manager: EntityManager, wanted: StreamStretch, leastMs: number): Promise<number> {
  const row = await ofSessions(manager.createQueryBuilder(GapRow, 'own'), wanted)
    .andWhere('own.durationMs >= :leastMs', { leastMs })
    .select('COUNT(*)', 'gaps')
    .getRawOne<{ gaps: number | string }>();
  return Number(row?.gaps ?? 0);
}

/** Restricts a query that has `session` to sessions that reach into the stretch. */
function overlapping<T extends ObjectLiteral>(
  query: SelectQueryBuilder<T>,
  { stream, fromMs, toMs }: StreamStretch,
): SelectQueryBuilder<T> {
  const from = new Date(fromMs - CLOCKS_DIFFER_MS).toISOString();
  const to = new Date(toMs + CLOCKS_DIFFER_MS).toISOString();
  return query
    .where('session.stream = :stream', { stream })
    .andWhere('session.startedAt < :to', { to })
    .andWhere('(session.endedAt IS NULL OR session.endedAt > :from)', { from });
}

/** @param query of rows `own` that have a session */
function ofSessions<T extends ObjectLiteral>(
  query: SelectQueryBuilder<T>,
  wanted: StreamStretch,
): SelectQueryBuilder<T> {
  return overlapping(query.innerJoin(RecordingSession, 'session', 'session.id = own.sessionId'), wanted);
}

type FoundGap = Pick<GapRow, 'sessionId' | 'kind' | 'cause' | 'startMs' | 'durationMs'>;
type Raw<T> = { readonly [Name in keyof T]: T[Name] extends number ? number | string : T[Name] };

/** All that is needed stands in the index by length. */
async function findGaps(manager: EntityManager, wanted: StreamStretch, leastMs: number): Promise<FoundGap[]> {
  const rows = await ofSessions(manager.createQueryBuilder(GapRow, 'own'), wanted)
    .andWhere('own.durationMs >= :leastMs', { leastMs })
    .select('own.sessionId', 'sessionId')
    .addSelect('own.kind', 'kind')
    .addSelect('own.cause', 'cause')
    .addSelect('own.startMs', 'startMs')
    .addSelect('own.durationMs', 'durationMs')
    .getRawMany<Raw<FoundGap>>();
  return rows.map((row) => ({ ...row, startMs: Number(row.startMs), durationMs: Number(row.durationMs) }));
}

interface LostStretch {
  readonly sessionId: string;
  /** Null: all of them. */
  readonly trackIds: readonly string[] | null;
  /** Session time. */
  readonly startMs: number;
  readonly endMs: number;
}

/** Sessions of one statement. */
const SESSIONS_AT_ONCE = 500;

/** Whole days may be lost: those that begin within the same `leastMs`, and lack the same, come as one. */
async function findLost(
  manager: EntityManager,
  sessionIds: readonly string[],
  leastMs: number,
): Promise<LostStretch[]> {
  const found: LostStretch[] = [];
  for (let start = 0; start < sessionIds.length; start += SESSIONS_AT_ONCE) {
    const sums = manager
      .createQueryBuilder(SegmentRow, 'own')
      .where({ sessionId: In(sessionIds.slice(start, start + SESSIONS_AT_ONCE)) })
      .select('own.sessionId', 'sessionId')
      .addSelect('MIN(own.startMs)', 'startMs')
      .addSelect('MAX(own.startMs + own.durationMs)', 'endMs')
      .addSelect('SUM(own.durationMs)', 'lostMs')
      .groupBy('own.sessionId')
      .addGroupBy(`own.startMs / ${String(Math.max(1, Math.floor(leastMs)))}`);
    const whole = sums.clone().andWhere(`own.state = 'lost'`);
    const partly = sums
      .andWhere('own.lostTracks IS NOT NULL')
      .addSelect('own.lostTracks', 'trackIds')
      .addGroupBy('own.lostTracks');
    for (const query of [whole, partly]) {
      for (const row of await query.getRawMany<LostRow>()) for (const lost of mostlyLost(row)) found.push(lost);
    }
  }
  return found;
}

/** Track ids are text in SQLite. */
type LostRow = Raw<Omit<LostStretch, 'trackIds'> & { readonly lostMs: number }> & {
  readonly trackIds?: string | readonly string[];
};

/** Where most of it is there, what is lost is shorter than what is shown. */
function mostlyLost({ sessionId, trackIds, ...numbers }: LostRow): LostStretch[] {
  const [startMs, endMs, lostMs] = [Number(numbers.startMs), Number(numbers.endMs), Number(numbers.lostMs)];
  if (lostMs * 2 <= endMs - startMs) return [];
  const ids = typeof trackIds === 'string' ? (JSON.parse(trackIds) as string[]) : (trackIds ?? null);
  return [{ sessionId, trackIds: ids, startMs, endMs }];
}

/** Only where one is asked for do tracks have to be read. */
async function kindsOfTracks(
  manager: EntityManager,
  wanted: StreamStretch,
  lost: readonly LostStretch[],
): Promise<(sessionId: string, trackId: string) => MediaKind | undefined> {
  if (lost.every(({ trackIds }) => trackIds === null)) return () => undefined;
  const tracks = await ofSessions(manager.createQueryBuilder(TrackRow, 'own'), wanted).getMany();
  const kinds = new Map(tracks.map(({ sessionId, trackId, kind }) => [`${sessionId} ${trackId}`, kind]));
  return (sessionId, trackId) => kinds.get(`${sessionId} ${trackId}`);
}

function groupBySession<T extends { readonly sessionId: string }>(rows: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(row.sessionId);
    if (group === undefined) groups.set(row.sessionId, [row]);
    else group.push(row);
  }
  return groups;
}
