import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { StreamOwner } from '../../auth/ports/stream-owner.js';
import { RecordingSession } from '../entities/index.js';

/** Which stream a recording session is of. */
@Injectable()
export class SessionOwner implements StreamOwner {
  constructor(private readonly dataSource: DataSource) {}

  async streamOf(id: string): Promise<string | undefined> {
    return (await this.dataSource.manager.findOneBy(RecordingSession, { id }))?.stream;
  }
}
