import { Injectable } from '@nestjs/common';
import { systemClock } from '../../shared/clock.js';
import { AnswerGate } from './answer-gate.js';
import type { StorageDriver } from './ports/storage-driver.js';

/** What is known of how the buckets answer requests that wait for them, from one request to the next. */
@Injectable()
export class AnswerGates {
  private readonly gates = new Map<StorageDriver, AnswerGate>();
  private readonly bodies = new Map<StorageDriver, AnswerGate>();

  of(store: StorageDriver): AnswerGate {
    return gateIn(this.gates, store);
  }

  /** A store may say at once what it has, and give nothing of it. */
  ofBodies(store: StorageDriver): AnswerGate {
    return gateIn(this.bodies, store);
  }
}

function gateIn(gates: Map<StorageDriver, AnswerGate>, store: StorageDriver): AnswerGate {
  const gate = gates.get(store) ?? new AnswerGate(systemClock);
  gates.set(store, gate);
  return gate;
}
