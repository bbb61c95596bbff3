import type { WasmMemory } from '../../media/kernels/web-assembly.js';
import type { TransportAddress } from '../../media/stun/transport-address.js';
import { ConnectedSocket } from './connected-socket.js';
import { allocateList, type DescriptorCalls } from './descriptor-calls.js';
import { FlowTable } from './flow-table.js';
import { DgramUdpPort, type UdpPortOptions } from './dgram-udp-port.js';
import { SLOT_BYTES } from './slot-pool.js';
import type { DatagramReceiver, LocalSocket, PortCounters, StrangersPort, UdpPort } from './udp-port.js';

/** How often the sockets of known peers are drained: a wake-up for all of them costs less than one for each datagram. */
const DRAIN_MS = 10;
/**
 * A socket that brought nothing for so many rounds is read in one of four: viewers who wait, and answer a question each second,
 * would cost as many calls as senders do. Whoever sends media is never so quiet.
 */
const QUIET_AFTER_ROUNDS = 25;
const QUIET_ROUNDS = 4;
/** Of one socket at a time: a peer that floods keeps nobody waiting. */
const MOST_AT_ONCE = 512;
/** Datagrams that are worked on together: after a stall all sockets are full, and slots that were once needed stay resident. */
const MOST_IN_HAND = 1024;
/** Rounds in which what has arrived is heard: others go on sending meanwhile. */
const MOST_ROUNDS = 8;
const RETRY_MS = 1_000;
const SEND_BYTES = 4096;

export interface FdUdpPortOptions extends UdpPortOptions {
  /** The WebAssembly memory that `memory` lies in. */
  readonly block: WasmMemory;
}

interface Attached {
  readonly remote: TransportAddress;
  readonly socketId: number;
  /** Undefined after it failed, until it is tried again: the peer is heard by those of the strangers. */
  socket: ConnectedSocket | undefined;
  /** Since something came last. */
  quietRounds: number;
}

/**
 * `UdpPort` with a connected socket for each attached peer on the same port, drained by system calls straight into
 * slots. Everybody else is heard by the sockets of a `DgramUdpPort`, or of the one port of all workers.
 */
export class FdUdpPort implements UdpPort {
  readonly counters: PortCounters;
  private readonly attached: Attached[] = [];
  private readonly byRemote = new FlowTable<Attached>();
  private readonly timer: NodeJS.Timeout;
  private readonly retryTimer: NodeJS.Timeout;
  private round = 0;
  private hasWarned = false;
  private receiver: DatagramReceiver | undefined;

  /** Datagrams that came by sockets of their own. */
  readByDescriptor = 0;

  private constructor(
    private readonly strangers: StrangersPort,
    private readonly options: FdUdpPortOptions,
    private readonly list: number,
    private readonly outgoing: number,
  ) {
    this.counters = strangers.counters;
    this.timer = setInterval(() => {
      this.round += 1;
      this.drain(false);
    }, DRAIN_MS);
    this.retryTimer = setInterval(() => this.retry(), RETRY_MS).unref();
  }

  /** @throws the system's error when an address cannot be bound, a RangeError when the memory is exhausted */
  static async open(options: FdUdpPortOptions): Promise<FdUdpPort> {
    return FdUdpPort.over(await DgramUdpPort.open({ ...options, isShared: true }), options);
  }

  /** @throws {RangeError} when the memory is exhausted */
  static over(strangers: StrangersPort, options: FdUdpPortOptions): FdUdpPort {
    const list = allocateList(options.memory);
    const outgoing = options.memory.allocate(SEND_BYTES);
    if (list < 0 || outgoing < 0) throw new RangeError('No memory is left for a port.');
    return new FdUdpPort(strangers, options, list, outgoing);
  }

  get sockets(): readonly LocalSocket[] {
    return this.strangers.sockets;
  }

  get portNumber(): number {
    return this.strangers.portNumber;
  }

  /** Peers whose sockets are drained. */
  get attachedCount(): number {
    return this.attached.filter(({ socket }) => socket?.calls !== undefined).length;
  }

  /** Datagrams that arrive before this are dropped. */
  deliverTo(receiver: DatagramReceiver): void {
    this.receiver = receiver;
    this.strangers.deliverTo(receiver);
  }

  send(bytes: Uint8Array, remote: TransportAddress, socketId: number): void {
    const calls = this.find(remote, socketId)?.socket?.calls;
    if (calls === undefined || bytes.length > SEND_BYTES) this.strangers.send(bytes, remote, socketId);
    else if (this.write(calls, bytes)) this.counters.sent += 1;
    else this.counters.sendFailed += 1;
  }

  proved(usernameFragment: string, remote: TransportAddress, socketId: number): void {
    if (this.sockets[socketId] !== undefined) this.strangers.proved(usernameFragment, remote, socketId);
  }

  attach(remote: TransportAddress, socketId: number): void {
    if (this.sockets[socketId] === undefined || this.find(remote, socketId) !== undefined) return;
    const added: Attached = { remote, socketId, socket: undefined, quietRounds: 0 };
    this.attached.push(added);
    this.byRemote.add(remote, socketId, added);
    this.connect(added);
  }

  /** What had arrived is heard before its socket is closed. */
  detach(remote: TransportAddress, socketId: number): void {
    const removed = this.find(remote, socketId);
    if (removed === undefined) return;
    this.attached.splice(this.attached.indexOf(removed), 1);
    this.byRemote.removeOwner(removed);
    const { socket } = removed;
    if (socket === undefined) return;
    this.drainSocket(removed, socket);
    this.receiver?.drained();
    socket.close();
  }

  async hearArrived(): Promise<void> {
    await this.strangers.hearArrived();
    for (let rounds = MOST_ROUNDS; rounds > 0; rounds--) {
      const before = this.readByDescriptor;
      this.drain(true);
      if (this.readByDescriptor === before) return;
    }
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    clearInterval(this.retryTimer);
    for (const { socket } of this.attached.splice(0)) socket?.close();
    await this.strangers.close();
  }

  private find(remote: TransportAddress, socketId: number): Attached | undefined {
    return this.byRemote.find(remote.address, remote.port, socketId)?.owner;
  }

  private connect(one: Attached): void {
    const { remote, socketId } = one;
    const bound = this.sockets[socketId]?.bound;
    if (bound === undefined) return;
    const { memory, block } = this.options;
    const { list } = this;
    const socket = new ConnectedSocket({
      bound,
      remote,
      memory,
      block,
      list,
      heard: (message, from) => this.strangers.heard(message, from, socketId),
      overheard: (message, from) => this.strangers.overheard(message, from, socketId),
      othersHeard: () => this.strangers.hearArrived(),
      failed: (error) => this.failed(one, socket, error),
    });
    one.socket = socket;
    socket.open().catch((error: unknown) => this.failed(one, socket, error));
  }

  /** Said once: where one fails, so do those of others. */
  private failed(one: Attached, socket: ConnectedSocket, error: unknown): void {
    socket.close();
    if (one.socket !== socket || !this.attached.includes(one)) return;
    one.socket = undefined;
    if (this.hasWarned) return;
    this.hasWarned = true;
    process.emitWarning(`A peer has no UDP socket of its own, which costs CPU; it is tried again: ${String(error)}`);
  }

  private retry(): void {
    for (const one of this.attached) if (one.socket === undefined) this.connect(one);
  }

  private write(calls: DescriptorCalls, bytes: Uint8Array): boolean {
    const { memory } = this.options;
    if (bytes.buffer === memory.bytes.buffer) return calls.write(bytes.byteOffset, bytes.length) === bytes.length;
    memory.bytes.set(bytes, this.outgoing);
    return calls.write(this.outgoing, bytes.length) === bytes.length;
  }

  /** @param isAll quiet ones too, which else have their turns, one after the other */
  private drain(isAll: boolean): void {
    const { receiver } = this;
    if (receiver === undefined) return;
    // Whoever is attached or detached meanwhile: nobody is read twice, and who is left out has its turn soon.
    let settled = this.readByDescriptor;
    let turn = this.round;
    for (const one of this.attached) {
      turn += 1;
      if (!isAll && one.quietRounds >= QUIET_AFTER_ROUNDS && turn % QUIET_ROUNDS !== 0) continue;
      const before = this.readByDescriptor;
      if (one.socket !== undefined) this.drainSocket(one, one.socket);
      one.quietRounds = this.readByDescriptor === before ? one.quietRounds + 1 : 0;
      if (this.readByDescriptor - settled < MOST_IN_HAND) continue;
      receiver.drained();
      settled = this.readByDescriptor;
    }
    receiver.drained();
  }

  private drainSocket({ remote, socketId }: Attached, socket: ConnectedSocket): void {
    const { calls } = socket;
    const { receiver } = this;
    if (calls === undefined || receiver === undefined) return;
    const { slots } = this.options;
    let slot = slots.take();
    for (let left = MOST_AT_ONCE; left > 0 && slot >= 0 && socket.calls === calls; left--) {
      const length = calls.read(slot, SLOT_BYTES);
      if (length < 0) break;
      this.counters.received += 1;
      this.readByDescriptor += 1;
      // One that fills the slot was perhaps longer.
      if (length === 0 || length === SLOT_BYTES) this.counters.dropped += 1;
      else if (receiver.datagram(slot, length, remote.address, remote.port, socketId)) slot = slots.take();
    }
    if (slot >= 0) slots.release(slot);
  }
}
