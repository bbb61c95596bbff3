import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../../../config/index.js';
import { dayOfDirectory } from '../directories/directory-day.js';
import { manifestPath } from '../directories/object-names.js';
import { SessionPart } from '../entities/index.js';
import type { PlaybackEntry } from '../sessions/recording-session.js';

/** What can be played, as the documented calls list it. */
@Injectable()
export class PlaybackEntriesService {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** Names of the streams with recorded media, sorted. */
  async streams(): Promise<string[]> {
    const rows = await this.dataSource.manager
      .createQueryBuilder(SessionPart, 'part')
      .select('DISTINCT part.stream', 'stream')
      .orderBy('part.stream')
      .getRawMany<{ stream: string }>();
    return rows.map(({ stream }) => stream);
  }

  /** One entry for each directory that the stream has media in, oldest first. */
  async of(stream: string): Promise<PlaybackEntry[]> {
    const rows = await this.dataSource.manager
      .createQueryBuilder(SessionPart, 'part')
      .select('part.directory', 'directory')
      .addSelect('MIN(part.startedAt)', 'startedAt')
      .addSelect('SUM(part.endMs - part.startMs)', 'durationMs')
      .where('part.stream = :stream', { stream })
      .groupBy('part.directory')
      .orderBy('MIN(part.startedAt)')
      .addOrderBy('part.directory')
      .getRawMany<{ directory: string; startedAt: string | Date; durationMs: number | string }>();
    return rows.map(({ directory, startedAt, durationMs }) => {
      const start = new Date(startedAt);
      return {
        record: String(Math.floor(start.getTime() / 1000)),
        ...dayOfDirectory(stream, directory, start, this.config.recorder.time_zone),
        mpd_path: manifestPath(directory),
        duration_ms: Number(durationMs),
      };
    });
  }
}
