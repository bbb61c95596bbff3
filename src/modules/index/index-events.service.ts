import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { onIndexEvent, onIndexWrite } from './events/index-events.js';
import type { IndexListener, IndexWriter } from './ports/index-event.js';

/** Who wants to know what changes in the index. */
@Injectable()
export class IndexEventsService {
  constructor(private readonly dataSource: DataSource) {}

  /** @returns a function that ends the listening */
  on(listener: IndexListener): () => void {
    return onIndexEvent(this.dataSource, listener);
  }

  /** Has `writer` write rows of its own in each transaction that changes something. */
  writeWith(writer: IndexWriter): void {
    onIndexWrite(this.dataSource, writer);
  }
}
