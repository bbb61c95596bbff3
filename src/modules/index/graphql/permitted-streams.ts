import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Caller } from '../../auth/ports/caller.js';
import { RecordingSession } from '../entities/index.js';

/** Which streams a caller's lists are of. */
@Injectable()
export class PermittedStreams {
  constructor(private readonly dataSource: DataSource) {}

  /** @returns undefined for all; none of those that were never recorded */
  async of({ scope }: Caller): Promise<readonly string[] | undefined> {
    if (scope.isAll) return undefined;
    if (scope.name !== undefined) return [scope.name];
    const rows = await this.dataSource.manager
      .createQueryBuilder(RecordingSession, 'session')
      .select('DISTINCT session.stream', 'stream')
      .getRawMany<{ stream: string }>();
    return rows.map(({ stream }) => stream).filter((stream) => scope.has(stream));
  }
}
