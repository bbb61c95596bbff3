import { Injectable } from '@nestjs/common';
import { DataSource, In, type EntityManager, type FindOptionsWhere } from 'typeorm';
import { GapRow, RecordingSession, SegmentRow, SessionPart, TrackRow } from '../entities/index.js';
import { RUNNING_STATES } from './recording-session.js';
import type { Completeness } from './completeness.js';
import { findCompleteness } from './find-completeness.js';
import { findPages, type PageOf } from './find-pages.js';
import { findStorageStates, type StorageState } from './storage-state.js';

/** What belongs to recording sessions, for many of them by one statement each. Maps are by the session's id. */
@Injectable()
export class SessionRelationsService {
  constructor(private readonly dataSource: DataSource) {}

  async sessions(ids: readonly string[]): Promise<Map<string, RecordingSession>> {
    const rows = await this.manager.findBy(RecordingSession, { id: In([...ids]) });
    return new Map(rows.map((row) => [row.id, row]));
  }

  /** Those that record now or wait for their publisher, by stream: the latest, should several nodes have one. */
  async running(streams: readonly string[]): Promise<Map<string, RecordingSession>> {
    const where: FindOptionsWhere<RecordingSession> = { stream: In([...streams]), state: In(RUNNING_STATES) };
    const rows = await this.manager.find(RecordingSession, { where, order: { startedAt: 'ASC' } });
    return new Map(rows.map((row) => [row.stream, row]));
  }

  completeness(sessions: readonly RecordingSession[]): Promise<Map<string, Completeness>> {
    return findCompleteness(this.manager, sessions);
  }

  /** What each has in each directory, in order. */
  async parts(ids: readonly string[]): Promise<Map<string, SessionPart[]>> {
    const where = { sessionId: In([...ids]) };
    return bySession(ids, await this.manager.find(SessionPart, { where, order: { startMs: 'ASC' } }));
  }

  /** In the order they were recorded. */
  async tracks(ids: readonly string[]): Promise<Map<string, TrackRow[]>> {
    const where = { sessionId: In([...ids]) };
    const order = { directory: 'ASC', createdAt: 'ASC', trackId: 'ASC' } as const;
    return bySession(ids, await this.manager.find(TrackRow, { where, order }));
  }

  storageStates(sessions: readonly RecordingSession[]): Promise<Map<string, StorageState>> {
    return findStorageStates(this.manager, sessions);
  }

  /** In the order they were recorded. */
  segmentPages(pages: readonly PageOf<SegmentPlace>[]): Promise<Map<PageOf<SegmentPlace>, SegmentRow[]>> {
    const keys = ['directory', 'number'] as const;
    return findPages(this.manager, SegmentRow, pages, { keys, order: keys });
  }

  /** In the order of session time. */
  gapPages(pages: readonly PageOf<GapPlace>[]): Promise<Map<PageOf<GapPlace>, GapRow[]>> {
    const order = ['startMs', 'kind'] as const;
    return findPages(this.manager, GapRow, pages, { keys: ['sessionId', 'kind', 'startMs'], order });
  }

  private get manager(): EntityManager {
    return this.dataSource.manager;
  }
}

/** Where a segment lies among those of its session. */
export type SegmentPlace = Pick<SegmentRow, 'directory' | 'number'>;
export type GapPlace = Pick<GapRow, 'startMs' | 'kind'>;

function bySession<T extends { readonly sessionId: string }>(
  ids: readonly string[],
  rows: readonly T[],
): Map<string, T[]> {
  const found = new Map(ids.map((id): [string, T[]] => [id, []]));
  for (const row of rows) found.get(row.sessionId)?.push(row);
  return found;
}
