import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { StreamOwner } from '../../auth/ports/stream-owner.js';
import { RecordingSession, SessionPart } from '../entities/index.js';
import { splitKey } from '../directories/object-names.js';

/** Which stream an object is of, by the rows of its directory and not by what it is called. */
@Injectable()
export class ObjectOwner implements StreamOwner {
  constructor(private readonly dataSource: DataSource) {}

  /** @returns undefined also for a directory of several streams, of which there is none but in a damaged index */
  async streamOf(key: string): Promise<string | undefined> {
    const { directory } = splitKey(key);
    if (directory === '') return undefined;
    const streams = new Set([...(await this.recordedInto(directory)), ...(await this.recordingInto(directory))]);
    const [stream] = streams;
    return streams.size === 1 ? stream : undefined;
  }

  private recordedInto(directory: string): Promise<string[]> {
    return this.streamsOf(SessionPart, directory);
  }

  /** A session has no media there before its first segment is committed. */
  private recordingInto(directory: string): Promise<string[]> {
    return this.streamsOf(RecordingSession, directory);
  }

  private async streamsOf(rows: typeof SessionPart | typeof RecordingSession, directory: string): Promise<string[]> {
    const found = await this.dataSource.manager
      .createQueryBuilder<SessionPart | RecordingSession>(rows, 'row')
      .select('row.stream', 'stream')
      .distinct(true)
      .where('row.directory = :directory', { directory })
      .limit(2)
      .getRawMany<{ stream: string }>();
    return found.map(({ stream }) => stream);
  }
}
