import { Injectable } from '@nestjs/common';
import { Between, DataSource, IsNull, MoreThan, type FindOptionsWhere } from 'typeorm';
import { inTransaction } from '../../../persistence/transaction.js';
import { RecordingSession } from '../entities/index.js';
import type { SyncedRecord, SyncQuery } from './sync-query.js';

/**
 * Lets a live777 manager take sessions over into an index of its own. What it has acknowledged is not told again; the
 * rows themselves stay, since playback and retention go by them.
 */
@Injectable()
export class IndexSyncService {
  constructor(private readonly dataSource: DataSource) {}

  /** @returns sessions that changed after `since_ts`, by the time of their change; more than `limit` where several changed at once */
  async changed({ stream, since_ts: sinceUs, limit }: SyncQuery): Promise<RecordingSession[]> {
    const known = { syncState: IsNull(), ...(stream === undefined ? {} : { stream }) };
    const { manager } = this.dataSource;
    const order = { updatedAt: 'ASC', id: 'ASC' } as const;
    const page = await manager.find(RecordingSession, {
      where: { ...known, updatedAt: MoreThan(new Date(Math.floor(sinceUs / 1000))) },
      order,
      take: limit,
    });
    const last = page.at(-1);
    if (last === undefined || page.length < limit) return page;
    // Who asks goes on behind this time: the others of it would never be told.
    const { updatedAt, id } = last;
    return [
      ...page,
      ...(await manager.find(RecordingSession, { where: { ...known, updatedAt, id: MoreThan(id) }, order })),
    ];
  }

  /** @returns how many sessions were marked, also those that still record */
  acknowledge(records: readonly SyncedRecord[]): Promise<number> {
    return this.mark(records, null, 'acked');
  }

  /** @returns how many of those that were acknowledged will not be told of any more */
  forget(records: readonly SyncedRecord[]): Promise<number> {
    return this.mark(records, 'acked', 'dropped');
  }

  private mark(
    records: readonly SyncedRecord[],
    from: RecordingSession['syncState'],
    to: RecordingSession['syncState'],
  ): Promise<number> {
    return inTransaction(this.dataSource, async (manager) => {
      let marked = 0;
      for (const record of records) {
        const where = { ...sessionsOf(record), syncState: from ?? IsNull() };
        marked += (await manager.update(RecordingSession, where, { syncState: to })).affected ?? 0;
      }
      return marked;
    });
  }
}

/** A record has the second of its start for a name. */
function sessionsOf({ stream, record }: SyncedRecord): FindOptionsWhere<RecordingSession> {
  const startMs = record * 1000;
  return { stream, startedAt: Between(new Date(startMs), new Date(startMs + 999)) };
}
