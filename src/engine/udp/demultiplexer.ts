import type { Clock } from '../../shared/clock.js';
import type { MediaMemory } from '../../media/memory.js';
import { peekUsername } from '../../media/stun/message.js';
import type { TransportAddress } from '../../media/stun/transport-address.js';
import { isDtls, isMedia, isStun } from './first-byte.js';
import { FlowTable } from './flow-table.js';
import { FIRST_CONNECTION_ID } from '../tcp/handed-connection.js';
import type { ConnectionReceiver } from '../tcp/tcp-port.js';

/** An address stays with whoever was heard there so lately, by authentic packets: forged checks of a neighbour do not take it. */
const KEPT_MS = 1_000;

/** Whoever a datagram may belong to. */
export interface DatagramOwner {
  /** When something authentic of its peer came last, monotonic; -Infinity before. */
  readonly lastHeardMs: number;
  /** @returns true when the check was authentic, so that `remote` now belongs to this owner */
  stun(datagram: Uint8Array, remote: TransportAddress, socketId: number, nowMs: number): boolean;
  /** Only from proven addresses. `datagram` is borrowed. */
  dtlsDatagram(datagram: Uint8Array): void;
  /** SRTP or SRTCP, only from proven addresses. @returns true to keep the slot */
  mediaDatagram(slot: number, length: number, nowMs: number): boolean;
  /** What of its media waited for more of it waits no longer. */
  mediaDrained(): void;
}

export interface DemultiplexerCounters {
  /** SRTP and SRTCP that went to a session. The others were dropped before any session saw them. */
  media: number;
  /** Not STUN, from an address that has proved nothing. */
  strangers: number;
  /** Connectivity checks for no session here, or from an address where another session is heard. */
  unknownChecks: number;
  /** No protocol of ours. */
  unknownProtocol: number;
}

/** Addresses that have proved to be a session's, by one transport. */
export interface Arrivals {
  addresses: number;
  /** When the last one did, monotonic; -Infinity before. */
  lastMs: number;
}

/** Finds the session of each datagram. An address may send connectivity checks only until one of them was authentic. */
export class Demultiplexer implements ConnectionReceiver {
  readonly counters: DemultiplexerCounters = { media: 0, strangers: 0, unknownChecks: 0, unknownProtocol: 0 };
  readonly arrivals: Readonly<Record<'udp' | 'tcp', Arrivals>> = {
    udp: { addresses: 0, lastMs: -Infinity },
    tcp: { addresses: 0, lastMs: -Infinity },
  };
  private readonly flows = new FlowTable<DatagramOwner>();
  /** Whose media came last: packets of one session that lie behind each other are opened together. */
  private lastOwner: DatagramOwner | undefined;
  private readonly byUsernameFragment = new Map<string, DatagramOwner>();

  constructor(
    private readonly memory: MediaMemory,
    private readonly clock: Clock,
    /** Called when an address has become a session's by a check with this local username fragment. */
    private readonly proved: (usernameFragment: string, remote: TransportAddress, socketId: number) => void = () =>
      undefined,
  ) {}

  /** Checks with this local username fragment are for `owner` from now on, besides earlier ones of its. */
  expect(usernameFragment: string, owner: DatagramOwner): void {
    this.byUsernameFragment.set(usernameFragment, owner);
  }

  forget(usernameFragment: string): void {
    this.byUsernameFragment.delete(usernameFragment);
  }

  /** What comes from there is for `owner`, who has asked something there. */
  expectFrom(remote: TransportAddress, socketId: number, owner: DatagramOwner): void {
    this.flows.add(remote, socketId, owner);
  }

  /** Nothing is for `owner` any more. */
  remove(owner: DatagramOwner): void {
    if (this.lastOwner === owner) this.lastOwner = undefined;
    this.flows.removeOwner(owner);
    for (const [usernameFragment, one] of this.byUsernameFragment) {
      if (one === owner) this.byUsernameFragment.delete(usernameFragment);
    }
  }

  /** True when an authentic check came from there, and the session it was for lives. */
  isProven(address: string, port: number, socketId: number): boolean {
    return this.flows.find(address, port, socketId) !== undefined;
  }

  datagram(slot: number, length: number, address: string, port: number, socketId: number): boolean {
    const first = this.memory.bytes[slot] ?? 0;
    if (isStun(first)) {
      this.stun(this.memory.bytes.subarray(slot, slot + length), address, port, socketId);
      return false;
    }
    const flow = this.flows.find(address, port, socketId);
    if (flow === undefined) this.counters.strangers += 1;
    else if (isMedia(first)) {
      this.counters.media += 1;
      if (this.lastOwner !== flow.owner) {
        this.drained();
        this.lastOwner = flow.owner;
      }
      return flow.owner.mediaDatagram(slot, length, this.clock.monotonicMs());
    } else if (isDtls(first)) flow.owner.dtlsDatagram(this.memory.bytes.subarray(slot, slot + length));
    else this.counters.unknownProtocol += 1;
    return false;
  }

  drained(): void {
    const owner = this.lastOwner;
    this.lastOwner = undefined;
    owner?.mediaDrained();
  }

  /** Requests name their session; answers have no name, but come from where we asked. */
  private stun(datagram: Uint8Array, address: string, port: number, socketId: number): void {
    const name = peekUsername(datagram);
    const flow = this.flows.find(address, port, socketId);
    const owner = name === undefined ? flow?.owner : this.byUsernameFragment.get(name.localUsernameFragment);
    const nowMs = this.clock.monotonicMs();
    if (
      owner === undefined ||
      (flow !== undefined && flow.owner !== owner && nowMs - flow.owner.lastHeardMs < KEPT_MS)
    ) {
      this.counters.unknownChecks += 1;
      return;
    }
    const remote: TransportAddress = flow?.remote ?? { address, port, family: address.includes(':') ? 'IPv6' : 'IPv4' };
    if (!owner.stun(datagram, remote, socketId, nowMs)) return;
    this.flows.add(remote, socketId, owner);
    if (flow?.owner !== owner && name !== undefined) this.proved(name.localUsernameFragment, remote, socketId);
    if (flow === undefined) this.arrived(socketId, nowMs);
  }

  private arrived(socketId: number, nowMs: number): void {
    const arrivals = this.arrivals[socketId < FIRST_CONNECTION_ID ? 'udp' : 'tcp'];
    arrivals.addresses += 1;
    arrivals.lastMs = nowMs;
  }
}
