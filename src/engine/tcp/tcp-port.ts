import type { WasmMemory } from '../../media/kernels/web-assembly.js';
import type { MediaMemory } from '../../media/memory.js';
import type { Clock } from '../../shared/clock.js';
import { DescriptorCalls, allocateList } from '../udp/descriptor-calls.js';
import { SLOT_BYTES, type SlotPool } from '../udp/slot-pool.js';
import type { DatagramReceiver, LocalSocket, PortCounters } from '../udp/udp-port.js';
import { FRAME_HEADER_BYTES } from './frame-reader.js';
import { PROOF_LIMIT_MS, isOfOurs, type HandedConnection } from './handed-connection.js';
import { MediaConnection, type ConnectionBuffers, type ConnectionListener } from './media-connection.js';
import { mostStrangers, Strangers } from './strangers.js';

/** As often as UDP is read. */
const DRAIN_MS = 10;
const READ_BYTES = 64 * 1024;
/** Longer than a session without any sign of life lasts: one that the peer has left for another way, and never closed. */
const SILENCE_LIMIT_MS = 60_000;

/** Whoever understands datagrams, and knows whose a connection is. */
export interface ConnectionReceiver extends DatagramReceiver {
  /** True once a check that came by it was authentic, for as long as its session lives. */
  isProven(address: string, port: number, connectionId: number): boolean;
}

export interface TcpPortOptions {
  /** What the main thread accepts on: the same for all workers, at least one. */
  readonly listeners: readonly LocalSocket[];
  readonly memory: MediaMemory;
  /** The WebAssembly memory that `memory` lies in. */
  readonly block: WasmMemory;
  readonly slots: SlotPool;
  readonly clock: Clock;
  readonly receiver: ConnectionReceiver;
  /** Its descriptor is not used any more. */
  readonly released: (connectionId: number) => void;
}

/**
 * One worker's part of the passive end of ICE over TCP (RFC 6544): connections whose framed datagrams go the way of those of
 * UDP. One that has proved nothing is heard for its connectivity checks only, and not for long: media of a peer that comes
 * back by a new connection may be quicker than its check, and is dropped. One whose session is over is closed.
 */
export class TcpPort implements ConnectionListener {
  readonly counters: PortCounters = { received: 0, dropped: 0, sent: 0, sendFailed: 0 };
  private readonly connections = new Map<number, MediaConnection>();
  private readonly strangers = new Strangers<MediaConnection>(mostStrangers);
  private readonly timer: NodeJS.Timeout;

  private constructor(
    private readonly options: TcpPortOptions,
    private readonly list: number,
    private readonly buffers: ConnectionBuffers,
  ) {
    this.timer = setInterval(() => this.drain(), DRAIN_MS);
  }

  /** @throws {RangeError} when the memory is exhausted */
  static open(options: TcpPortOptions): TcpPort {
    const { memory } = options;
    const list = allocateList(memory);
    const incoming = memory.allocate(READ_BYTES);
    const outgoing = memory.allocate(FRAME_HEADER_BYTES + SLOT_BYTES);
    if (list < 0 || incoming < 0 || outgoing < 0) throw new RangeError('No memory is left for ICE over TCP.');
    return new TcpPort(options, list, { memory, incoming, incomingBytes: READ_BYTES, outgoing });
  }

  get sockets(): readonly LocalSocket[] {
    return this.options.listeners;
  }

  get portNumber(): number {
    return this.sockets[0]?.bound.port ?? 0;
  }

  /** How many there are, proven or not. */
  get connectionCount(): number {
    return this.connections.size;
  }

  /** From now on it is read and written here. */
  take(handed: HandedConnection): void {
    const { memory, block, clock, receiver } = this.options;
    const calls = new DescriptorCalls(handed.descriptor, memory, block, this.list);
    const connection = new MediaConnection(handed, clock.monotonicMs(), calls, this.buffers, SLOT_BYTES, this);
    this.connections.set(connection.id, connection);
    const tooMany = this.strangers.add(connection);
    if (tooMany !== undefined) {
      this.counters.dropped += 1;
      tooMany.close();
    }
    connection.push(handed.received);
    receiver.drained();
  }

  /** Sends and forgets. What a connection has no room for, or that is gone, is counted. */
  send(datagram: Uint8Array, connectionId: number): void {
    const connection = this.connections.get(connectionId);
    if (connection === undefined) this.sent(false);
    else connection.send(datagram);
  }

  /** Call each second: closes what proved nothing in time, what belongs to no session any more, and what fell silent. */
  sweep(nowMs: number): void {
    for (const late of this.strangers.openedBefore(nowMs - PROOF_LIMIT_MS)) late.close();
    for (const connection of this.connections.values()) {
      const isSilent = connection.silentForMs(nowMs) >= SILENCE_LIMIT_MS;
      if (isSilent || (!this.strangers.has(connection) && !this.isProven(connection))) connection.close();
    }
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.timer);
    for (const connection of [...this.connections.values()]) connection.close();
  }

  datagram(datagram: Uint8Array, connection: MediaConnection): boolean {
    this.counters.received += 1;
    const isStranger = this.strangers.has(connection);
    if (isStranger && !isOfOurs(datagram[0] ?? 0)) {
      this.counters.dropped += 1;
      return false;
    }
    this.deliver(datagram, connection);
    if (isStranger && this.isProven(connection)) this.strangers.delete(connection);
    return true;
  }

  sent(isSent: boolean): void {
    if (isSent) this.counters.sent += 1;
    else this.counters.sendFailed += 1;
  }

  closed(connection: MediaConnection): void {
    this.connections.delete(connection.id);
    this.strangers.delete(connection);
    this.options.released(connection.id);
  }

  private drain(): void {
    if (this.connections.size === 0) return;
    const nowMs = this.options.clock.monotonicMs();
    for (const connection of this.connections.values()) connection.drain(nowMs);
    this.options.receiver.drained();
  }

  private deliver(datagram: Uint8Array, { address, port, id }: MediaConnection): void {
    const { slots, memory, receiver } = this.options;
    const slot = slots.take();
    if (slot < 0) {
      this.counters.dropped += 1;
      return;
    }
    memory.bytes.set(datagram, slot);
    if (!receiver.datagram(slot, datagram.length, address, port, id)) slots.release(slot);
  }

  private isProven({ address, port, id }: MediaConnection): boolean {
    return this.options.receiver.isProven(address, port, id);
  }
}
