import { Injectable } from '@nestjs/common';
import { systemClock } from '../../shared/clock.js';
import { AnswerGate } from './answer-gate.js';
import type { StorageDriver } from './ports/storage-driver.js';

/** What is known of how the buckets answer requests that wait for them, from one request to the next. */
@Injectable()
export class AnswerGates {
  private readonly gates = new Map<StorageDriver, AnswerGate>();

  of(store: StorageDriver): AnswerGate {
    const gate = this.gates.get(store) ?? new AnswerGate(systemClock);
    this.gates.set(store, gate);
    return gate;
  }
}
