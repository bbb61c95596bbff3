import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { StreamOwner } from '../auth/ports/stream-owner.js';
import { ExportRow } from './entities/export-row.entity.js';

/** Which stream an export is made of. */
@Injectable()
export class ExportOwner implements StreamOwner {
  constructor(private readonly dataSource: DataSource) {}

  async streamOf(id: string): Promise<string | undefined> {
    return (await this.dataSource.manager.findOneBy(ExportRow, { id }))?.stream;
  }
}
