import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type SelectQueryBuilder } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../../../config/index.js';
import { partsOfDay } from '../deletion/recording-day.js';
import { Recording } from '../entities/index.js';
import { RecordingNotFoundError } from '../index.errors.js';
import { writeCursor } from '../page-cursor.js';
import type { RecordingQuery } from './recording-query.js';

/** The day as one number, to compare and to order by. */
const DAY = 'recording.year * 10000 + recording.month * 100 + recording.day';

export interface RecordingReport {
  readonly recording: Recording;
  /** With media of that day, in order; one that went on over midnight is in the next day's list too. */
  readonly sessionIds: readonly string[];
  readonly segmentCount: number;
  readonly sizeBytes: number;
  /** From first to last media of each session, without what lies between sessions. */
  readonly durationMs: number;
}

export interface RecordingPage {
  readonly recordings: readonly RecordingReport[];
  /** Undefined on the last page. */
  readonly nextCursor: string | undefined;
}

/** What was recorded, by stream and day. */
@Injectable()
export class RecordingListService {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** The newest day first. */
  async list(query: RecordingQuery): Promise<RecordingPage> {
    const rows = await this.select(query).getMany();
    const page = rows.slice(0, query.limit);
    const last = rows.length > query.limit ? page.at(-1) : undefined;
    const nextCursor = last && writeCursor([last.year * 10_000 + last.month * 100 + last.day, last.id]);
    const recordings: RecordingReport[] = [];
    for (const row of page) recordings.push(await this.report(row));
    return { recordings, nextCursor };
  }

  /** @throws {RecordingNotFoundError} */
  async details(id: string): Promise<RecordingReport> {
    const row = await this.dataSource.manager.findOneBy(Recording, { id });
    if (row === null) throw new RecordingNotFoundError(id);
    return this.report(row);
  }

  /** One more than the page has, to know whether there is another. */
  private select({ stream, limit, cursor }: RecordingQuery): SelectQueryBuilder<Recording> {
    const select = this.dataSource.manager.createQueryBuilder(Recording, 'recording');
    if (stream !== undefined) select.andWhere('recording.stream = :stream', { stream });
    if (cursor !== undefined) {
      select.andWhere(`(${DAY} < :day OR (${DAY} = :day AND recording.id < :id))`, cursor);
    }
    return select
      .orderBy('recording.year', 'DESC')
      .addOrderBy('recording.month', 'DESC')
      .addOrderBy('recording.day', 'DESC')
      .addOrderBy('recording.id', 'DESC')
      .limit(limit + 1);
  }

  private async report(recording: Recording): Promise<RecordingReport> {
    const parts = await partsOfDay(this.dataSource.manager, recording, this.config.recorder.time_zone);
    return {
      recording,
      sessionIds: [...new Set(parts.map(({ sessionId }) => sessionId))],
      segmentCount: parts.reduce((sum, part) => sum + part.segmentCount, 0),
      sizeBytes: parts.reduce((sum, part) => sum + part.sizeBytes, 0),
      durationMs: parts.reduce((sum, part) => sum + part.endMs - part.startMs, 0),
    };
  }
}
