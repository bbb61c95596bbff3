import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type SelectQueryBuilder } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../../../config/index.js';
import { dayAt } from '../../../shared/calendar-day.js';
import { partsOfDays } from '../deletion/recording-day.js';
import { Recording, type SessionPart } from '../entities/index.js';
import { amongStreams } from '../queries/among-streams.js';
import { RecordingNotFoundError } from '../index.errors.js';
import { recordingCursor, type RecordingQuery } from './recording-query.js';

/** Days, and streams within a day; the index of days has them in this order. */
const PLACE = '(recording.year, recording.month, recording.day, recording.id)';

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

  async list(query: RecordingQuery): Promise<RecordingPage> {
    const { rows, hasMore } = await this.page(query);
    const last = hasMore ? rows.at(-1) : undefined;
    return { recordings: await this.reportsOf(rows), nextCursor: last && recordingCursor(last) };
  }

  /** Rows alone. @param among only of these streams, where there is a choice */
  async page(
    query: RecordingQuery,
    among?: readonly string[],
  ): Promise<{ readonly rows: readonly Recording[]; readonly hasMore: boolean }> {
    const select = this.select(query);
    amongStreams(select, 'recording.stream', among);
    const rows = await select.getMany();
    return { rows: rows.slice(0, query.limit), hasMore: rows.length > query.limit };
  }

  /** @throws {RecordingNotFoundError} */
  async details(id: string): Promise<RecordingReport> {
    const row = await this.find(id);
    const [report] = row === undefined ? [] : await this.reportsOf([row]);
    if (report === undefined) throw new RecordingNotFoundError(id);
    return report;
  }

  async find(id: string): Promise<Recording | undefined> {
    return (await this.dataSource.manager.findOneBy(Recording, { id })) ?? undefined;
  }

  /** What sessions have of each day, in order, by the id of the recording. */
  partsOf(recordings: readonly Recording[]): Promise<Map<string, SessionPart[]>> {
    return partsOfDays(this.dataSource.manager, recordings, this.config.recorder.time_zone);
  }

  /** One more than the page has, to know whether there is another. */
  private select({ stream, from, to, order, limit, cursor }: RecordingQuery): SelectQueryBuilder<Recording> {
    const select = this.dataSource.manager.createQueryBuilder(Recording, 'recording');
    if (stream !== undefined) select.andWhere('recording.stream = :stream', { stream });
    if (from !== undefined) {
      const { year, month, day } = dayAt(from.getTime(), this.config.recorder.time_zone);
      const isThenOrLater = '(recording.year, recording.month, recording.day) >= (:fromYear, :fromMonth, :fromDay)';
      select.andWhere(isThenOrLater, { fromYear: year, fromMonth: month, fromDay: day });
    }
    if (to !== undefined) {
      const { year, month, day } = dayAt(to.getTime() - 1, this.config.recorder.time_zone);
      const isByThen = '(recording.year, recording.month, recording.day) <= (:toYear, :toMonth, :toDay)';
      select.andWhere(isByThen, { toYear: year, toMonth: month, toDay: day });
    }
    if (cursor !== undefined) {
      select.andWhere(`${PLACE} ${order === 'newest-first' ? '<' : '>'} (:year, :month, :day, :id)`, cursor);
    }
    const direction = order === 'newest-first' ? 'DESC' : 'ASC';
    return select
      .orderBy('recording.year', direction)
      .addOrderBy('recording.month', direction)
      .addOrderBy('recording.day', direction)
      .addOrderBy('recording.id', direction)
      .limit(limit + 1);
  }

  private async reportsOf(rows: readonly Recording[]): Promise<RecordingReport[]> {
    const parts = await this.partsOf(rows);
    return rows.map((recording) => reportOf(recording, parts.get(recording.id) ?? []));
  }
}

/** @param parts what sessions have of the day, in order */
export function reportOf(recording: Recording, parts: readonly SessionPart[]): RecordingReport {
  return {
    recording,
    sessionIds: [...new Set(parts.map(({ sessionId }) => sessionId))],
    segmentCount: parts.reduce((sum, part) => sum + part.segmentCount, 0),
    sizeBytes: parts.reduce((sum, part) => sum + part.sizeBytes, 0),
    durationMs: parts.reduce((sum, part) => sum + part.endMs - part.startMs, 0),
  };
}
