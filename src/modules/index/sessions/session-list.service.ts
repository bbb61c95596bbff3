import { Injectable } from '@nestjs/common';
import { DataSource, In, type SelectQueryBuilder } from 'typeorm';
import { GapRow, RecordingSession, SessionPart } from '../entities/index.js';
import { amongStreams } from '../queries/among-streams.js';
import { UnknownRecordingSessionError } from '../index.errors.js';
import type { RecordingSessionView } from './recording-session.js';
import { sessionView } from './session-view.js';
import type { Completeness } from './completeness.js';
import { findCompleteness } from './find-completeness.js';
import { sessionCursor, type SessionQuery } from './session-query.js';

/** A session of hours over a bad network has thousands; the sums are of all of them, the list is of the latest. */
const MOST_GAPS = 1000;

export interface SessionReport {
  readonly session: RecordingSessionView;
  /** All directories it has media in, in order, and where it records now. */
  readonly directories: readonly string[];
  readonly completeness: Completeness;
  /** Since when nobody may delete it. */
  readonly heldAt: Date | undefined;
}

export interface SessionPage {
  readonly sessions: readonly SessionReport[];
  /** Undefined on the last page. */
  readonly nextCursor: string | undefined;
}

export interface SessionDetails extends SessionReport {
  readonly gaps: readonly Pick<GapRow, 'kind' | 'startMs' | 'durationMs' | 'cause'>[];
}

/** Recording sessions and how complete they are. */
@Injectable()
export class SessionListService {
  constructor(private readonly dataSource: DataSource) {}

  async list(query: SessionQuery): Promise<SessionPage> {
    const { rows, hasMore } = await this.page(query);
    const last = hasMore ? rows.at(-1) : undefined;
    return { sessions: await this.reportsOf(rows), nextCursor: last && sessionCursor(last) };
  }

  /** Rows alone. @param among only of these streams, where there is a choice */
  async page(
    query: SessionQuery,
    among?: readonly string[],
  ): Promise<{ readonly rows: readonly RecordingSession[]; readonly hasMore: boolean }> {
    const select = this.select(query);
    amongStreams(select, 'session.stream', among);
    const rows = await select.getMany();
    return { rows: rows.slice(0, query.limit), hasMore: rows.length > query.limit };
  }

  /** @throws {UnknownRecordingSessionError} */
  async details(sessionId: string): Promise<SessionDetails> {
    const { manager } = this.dataSource;
    const row = await manager.findOneBy(RecordingSession, { id: sessionId });
    const [report] = row === null ? [] : await this.reportsOf([row]);
    if (report === undefined) throw new UnknownRecordingSessionError(sessionId);
    const gaps = await manager.find(GapRow, { where: { sessionId }, order: { startMs: 'DESC' }, take: MOST_GAPS });
    return { ...report, gaps: gaps.reverse() };
  }

  /** One more than the page has, to know whether there is another. A session is in a range that it overlaps. */
  private select(query: SessionQuery): SelectQueryBuilder<RecordingSession> {
    const { stream, node, from, to, state, order, limit, cursor } = query;
    const select = this.dataSource.manager.createQueryBuilder(RecordingSession, 'session');
    if (stream !== undefined) select.andWhere('session.stream = :stream', { stream });
    if (node !== undefined) select.andWhere('session.nodeAlias = :node', { node });
    if (state !== undefined) select.andWhere('session.state = :state', { state });
    if (to !== undefined) select.andWhere('session.startedAt < :to', { to: to.toISOString() });
    if (from !== undefined) {
      select.andWhere('(session.endedAt IS NULL OR session.endedAt > :from)', { from: from.toISOString() });
    }
    if (cursor !== undefined) {
      const isBehind = order === 'newest-first' ? '<' : '>';
      select.andWhere(`(session.startedAt, session.id) ${isBehind} (:startedAt, :id)`, cursor);
    }
    const direction = order === 'newest-first' ? 'DESC' : 'ASC';
    return select
      .orderBy('session.startedAt', direction)
      .addOrderBy('session.id', direction)
      .limit(limit + 1);
  }

  private async reportsOf(rows: readonly RecordingSession[]): Promise<SessionReport[]> {
    const { manager } = this.dataSource;
    const completeness = await findCompleteness(manager, rows);
    const parts = await manager.find(SessionPart, {
      where: { sessionId: In(rows.map(({ id }) => id)) },
      order: { startMs: 'ASC' },
    });
    return rows.flatMap((row) => {
      const found = completeness.get(row.id);
      const own = parts.filter(({ sessionId }) => sessionId === row.id).map(({ directory }) => directory);
      const directories = [...new Set([...own, row.directory])];
      return found === undefined
        ? []
        : [{ session: sessionView(row), directories, completeness: found, heldAt: row.heldAt ?? undefined }];
    });
  }
}
