import type { DataChunk } from './data-chunk.js';
import { ahead16 } from './serial.js';

/** What the account of a chunk costs besides its bytes. */
const CHUNK_COST_BYTES = 128;

/** A message of the peer, whole. */
export interface IncomingMessage {
  readonly streamId: number;
  readonly protocol: number;
  readonly bytes: Uint8Array;
}

interface Part {
  readonly bytes: Uint8Array;
  next: Part | undefined;
}

/** Neighbouring chunks of one message. */
interface Run {
  first: number;
  last: number;
  begins: boolean;
  ends: boolean;
  /** Of any of its chunks. */
  readonly chunk: Omit<DataChunk, 'bytes'>;
  head: Part;
  tail: Part;
  sizeBytes: number;
  costBytes: number;
}

interface OrderedStream {
  next: number;
  /** Whole messages that wait for an earlier one, by their sequence numbers. */
  readonly ready: Map<number, Run>;
}

/** Puts the peer's messages together and in order. Each chunk costs the same, in whatever order they come. */
export class Reassembly {
  private held = 0;
  private readonly byFirst = new Map<number, Run>();
  private readonly byLast = new Map<number, Run>();
  private readonly streams = new Map<number, OrderedStream>();

  /** @param mostBytes of one message */
  constructor(
    private readonly mostBytes: number,
    private readonly deliver: (message: IncomingMessage) => void,
  ) {}

  /** Of chunks that wait for others, and what the account of them costs. */
  get heldBytes(): number {
    return this.held;
  }

  /**
   * A chunk that has not come before.
   * @param tsn unwrapped
   * @returns false when it breaks the rules: it does not fit its neighbours, or its message is too large
   */
  push(tsn: number, chunk: DataChunk): boolean {
    const before = chunk.begins ? undefined : this.byLast.get(tsn - 1);
    const after = chunk.ends ? undefined : this.byFirst.get(tsn + 1);
    if (before !== undefined && (before.ends || !areOfOneMessage(before.chunk, chunk))) return false;
    if (after !== undefined && (after.begins || !areOfOneMessage(after.chunk, chunk))) return false;
    const run = this.join(before, this.start(tsn, chunk), after);
    if (run.sizeBytes > this.mostBytes) return false;
    if (run.begins && run.ends) this.complete(run);
    return true;
  }

  /**
   * Of what came up to `tsn` nothing more will come; messages that waited for what was skipped wait no longer (RFC 3758).
   * @param from everything up to here had come
   */
  skipTo(from: number, tsn: number, skipped: readonly (readonly [streamId: number, sequence: number])[]): void {
    for (const run of this.runsBetween(from, tsn)) this.drop(run);
    for (const [streamId, sequence] of skipped) {
      const stream = this.streams.get(streamId) ?? this.open(streamId);
      if (ahead16(sequence, stream.next) < 0) continue;
      for (const run of this.readyUpTo(stream, sequence)) this.give(run);
      stream.next = (sequence + 1) & 0xffff;
      this.deliverReady(stream);
    }
  }

  /** The peer counts the messages of these streams from 0 again. */
  reset(streamIds: readonly number[]): void {
    for (const streamId of streamIds) {
      for (const run of this.streams.get(streamId)?.ready.values() ?? []) this.held -= run.costBytes;
      this.streams.delete(streamId);
    }
  }

  private start(tsn: number, chunk: DataChunk): Run {
    const part: Part = { bytes: chunk.bytes.slice(), next: undefined };
    const { bytes, ...head } = chunk;
    const { begins, ends } = head;
    const costBytes = bytes.length + CHUNK_COST_BYTES;
    this.held += costBytes;
    return {
      first: tsn,
      last: tsn,
      begins,
      ends,
      chunk: head,
      head: part,
      tail: part,
      sizeBytes: bytes.length,
      costBytes,
    };
  }

  /** Links them, so that a long message costs no more for coming backwards. */
  private join(before: Run | undefined, run: Run, after: Run | undefined): Run {
    if (before !== undefined) {
      before.tail.next = run.head;
      run.head = before.head;
      run.first = before.first;
      this.merge(run, before);
    }
    if (after !== undefined) {
      run.tail.next = after.head;
      run.tail = after.tail;
      run.last = after.last;
      this.merge(run, after);
    }
    this.byFirst.set(run.first, run);
    this.byLast.set(run.last, run);
    return run;
  }

  private merge(run: Run, other: Run): void {
    this.forget(other);
    run.begins ||= other.begins;
    run.ends ||= other.ends;
    run.sizeBytes += other.sizeBytes;
    run.costBytes += other.costBytes;
  }

  private forget({ first, last }: Run): void {
    this.byFirst.delete(first);
    this.byLast.delete(last);
  }

  private drop(run: Run): void {
    this.forget(run);
    this.held -= run.costBytes;
  }

  private complete(run: Run): void {
    this.forget(run);
    const { streamId, sequence, isUnordered } = run.chunk;
    if (isUnordered) {
      this.give(run);
      return;
    }
    const stream = this.streams.get(streamId) ?? this.open(streamId);
    if (ahead16(sequence, stream.next) < 0 || stream.ready.has(sequence)) {
      this.held -= run.costBytes;
      return;
    }
    stream.ready.set(sequence, run);
    this.deliverReady(stream);
  }

  /** What ends at `from` or begins behind it. It costs as little as the shorter way to find them. */
  private runsBetween(from: number, tsn: number): Run[] {
    if (tsn - from > this.byFirst.size) return [...this.byFirst.values()].filter(({ first }) => first <= tsn);
    const begun = Array.from({ length: tsn - from }, (_, at) => this.byFirst.get(from + 1 + at));
    return [this.byLast.get(from), ...begun].flatMap((run) => run ?? []);
  }

  private open(streamId: number): OrderedStream {
    const stream: OrderedStream = { next: 0, ready: new Map() };
    this.streams.set(streamId, stream);
    return stream;
  }

  private deliverReady(stream: OrderedStream): void {
    for (let run = stream.ready.get(stream.next); run !== undefined; run = stream.ready.get(stream.next)) {
      stream.ready.delete(stream.next);
      stream.next = (stream.next + 1) & 0xffff;
      this.give(run);
    }
  }

  private readyUpTo(stream: OrderedStream, sequence: number): Run[] {
    const { next, ready } = stream;
    const count = ahead16(sequence, next) + 1;
    const due =
      count <= ready.size
        ? Array.from({ length: count }, (_, at) => (next + at) & 0xffff)
        : [...ready.keys()].filter((one) => ahead16(one, sequence) <= 0).sort(ahead16);
    return due.flatMap((one) => {
      const run = ready.get(one);
      ready.delete(one);
      return run ?? [];
    });
  }

  private give(run: Run): void {
    this.held -= run.costBytes;
    const bytes = new Uint8Array(run.sizeBytes);
    let at = 0;
    for (let part: Part | undefined = run.head; part !== undefined; part = part.next) {
      bytes.set(part.bytes, at);
      at += part.bytes.length;
    }
    const { streamId, protocol } = run.chunk;
    this.deliver({ streamId, protocol, bytes });
  }
}

function areOfOneMessage(one: Run['chunk'], other: Run['chunk']): boolean {
  if (one.streamId !== other.streamId || one.isUnordered !== other.isUnordered) return false;
  return one.protocol === other.protocol && (one.isUnordered || one.sequence === other.sequence);
}
