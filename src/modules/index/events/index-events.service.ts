import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { onIndexEvent } from './index-events.js';
import type { IndexListener } from '../ports/index-event.js';

/** Who wants to know what changes in the index. */
@Injectable()
export class IndexEventsService {
  constructor(private readonly dataSource: DataSource) {}

  /** @returns a function that ends the listening */
  on(listener: IndexListener): () => void {
    return onIndexEvent(this.dataSource, listener);
  }
}
