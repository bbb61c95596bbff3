import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { StreamOwner } from '../../auth/ports/stream-owner.js';
import { Recording } from '../entities/index.js';

/** Which stream a day of recordings is of. */
@Injectable()
export class RecordingOwner implements StreamOwner {
  constructor(private readonly dataSource: DataSource) {}

  async streamOf(id: string): Promise<string | undefined> {
    return (await this.dataSource.manager.findOneBy(Recording, { id }))?.stream;
  }
}
