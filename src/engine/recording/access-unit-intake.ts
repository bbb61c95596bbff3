import type { AccessUnitFacts, AccessUnitSink } from '../../media/codecs/codec.js';
import type { SampleArena } from './sample-arena.js';

export interface IntakeListener {
  /** The arena's unit in progress is whole; to be ended or discarded in the call. @param arrivalMs of its first packet */
  finished(facts: AccessUnitFacts, arrivalMs: number): void;
  /** Something of a unit came, and it will not be finished. */
  dropped(): void;
  damaged(): void;
}

/** Where a depacketizer writes for a recording. Knows when the first packet of the access unit in progress came. */
export class AccessUnitIntake implements AccessUnitSink {
  private packetMs = 0;
  private unitMs = Infinity;
  private isClosed = false;

  constructor(
    private arena: SampleArena,
    private readonly listener: IntakeListener,
  ) {}

  get length(): number {
    return this.arena.unitBytes;
  }

  /** The packet pushed next came at `arrivalMs`; packets that were repaired came later than those after them. */
  arrival(arrivalMs: number): void {
    this.packetMs = arrivalMs;
    if (arrivalMs < this.unitMs) this.unitMs = arrivalMs;
  }

  append(bytes: Uint8Array, offset: number, length: number): void {
    if (this.isClosed) return;
    this.noteStart();
    this.arena.append(bytes, offset, length);
  }

  appendUint32(value: number): void {
    if (this.isClosed) return;
    this.noteStart();
    this.arena.appendUint32(value);
  }

  setUint32(position: number, value: number): void {
    if (!this.isClosed) this.arena.setUint32(position, value);
  }

  finish(facts: AccessUnitFacts): void {
    if (!this.isClosed) this.listener.finished(facts, Math.min(this.unitMs, this.packetMs));
    this.unitMs = Infinity;
  }

  discard(): void {
    if (!this.isClosed) this.arena.discardUnit();
    this.unitMs = Infinity;
  }

  dropped(): void {
    if (!this.isClosed) this.listener.dropped();
  }

  damaged(): void {
    if (!this.isClosed) this.listener.damaged();
  }

  /** The access unit in progress and all that follow go into `arena`. */
  moveTo(arena: SampleArena): void {
    arena.appendUnitOf(this.arena);
    this.arena = arena;
  }

  /** Nothing is taken any more. */
  close(): void {
    this.isClosed = true;
  }

  /** A packet that ended the unit before by its timestamp starts the next one. */
  private noteStart(): void {
    if (this.unitMs === Infinity) this.unitMs = this.packetMs;
  }
}
