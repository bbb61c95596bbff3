import { encodeBinding } from '../../media/stun/message-encoder.js';
import { parseStunMessage } from '../../media/stun/message.js';
import type { TransportAddress } from '../../media/stun/transport-address.js';
import { forgetOldest } from '../../shared/forget-oldest.js';
import { unique, type Endpoint } from './candidates.js';
import type { DatagramOwner } from './demultiplexer.js';
import type { LocalSocket } from './udp-port.js';

/** A STUN server that says what an address looks like from outside. */
export interface StunServer {
  /** A name or a literal address. */
  readonly host: string;
  readonly port: number;
}

export interface AddressMappingOptions {
  readonly servers: readonly StunServer[];
  /** The UDP sockets of the worker. */
  readonly sockets: readonly LocalSocket[];
  /** From a cryptographic source. */
  readonly randomBytes: (length: number) => Uint8Array;
  /** @returns literal addresses, none when the name cannot be resolved */
  readonly resolve: (host: string) => Promise<readonly string[]>;
  readonly send: (datagram: Uint8Array, remote: TransportAddress, socketId: number) => void;
  /** STUN answers from there are for `owner` from now on. */
  readonly expectFrom: (remote: TransportAddress, socketId: number, owner: DatagramOwner) => void;
}

/** What STUN servers say of our sockets. */
export interface MappedAddresses {
  /** Best first. */
  readonly endpoints: readonly Endpoint[];
  /** Every destination sees another port: only a port that is forwarded can be reached from outside. */
  readonly isSymmetric: boolean;
  /** Number of answers that this is made of. */
  readonly answers: number;
}

interface Question {
  readonly remote: TransportAddress;
  readonly socketId: number;
  readonly round: number;
}

interface Answer extends Endpoint {
  readonly socketId: number;
  /** In which it was asked for. */
  readonly round: number;
}

const TRANSACTION_ID_BYTES = 12;
/** A server that did not answer for so many rounds, while another did, may say what is no longer so. */
const ROUNDS_KEPT = 3;
/** Questions without an answer: more than one round asks. */
const MOST_OPEN = 256;

/**
 * Asks STUN servers (RFC 8489) from the media sockets themselves what address and port the world sees, and keeps their
 * last answers: that all servers are away for a while changes nothing. Each round of questions also keeps a NAT's mapping open.
 */
export class AddressMapping implements DatagramOwner {
  /** No address is its own. */
  readonly lastHeardMs = -Infinity;
  private readonly open = new Map<string, Question>();
  private readonly answered = new Map<string, Answer>();
  private round = 0;
  private listeners: (() => void)[] = [];

  constructor(private readonly options: AddressMappingOptions) {}

  /** Sends one question from each socket to each server of its family. */
  async ask(): Promise<void> {
    const { servers, resolve } = this.options;
    this.round += 1;
    await Promise.all(
      servers.map(async ({ host, port }) => {
        for (const address of await resolve(host)) this.askAddress(address, port);
      }),
    );
  }

  /** @returns when all that was asked is answered, or after `limitMs` */
  settled(limitMs: number): Promise<void> {
    if (this.open.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, limitMs);
      this.listeners.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  get mapped(): MappedAddresses {
    const all = [...this.answered.values()];
    const newest = Math.max(...all.map(({ round }) => round));
    const answers = all.filter(({ round }) => round > newest - ROUNDS_KEPT);
    const perSocket = this.options.sockets.map(({ id, bound }) => ({
      bound,
      seen: answers.filter(({ socketId }) => socketId === id),
    }));
    const isSymmetric = perSocket.some(({ seen }) => !isOnePort(seen));
    return {
      endpoints: perSocket.flatMap(({ bound, seen }) => endpointsOf(seen, bound.port)),
      isSymmetric,
      answers: answers.length,
    };
  }

  /** An answer is known by its transaction, which nobody else can guess; it proves no address. */
  stun(datagram: Uint8Array, remote: TransportAddress, socketId: number): boolean {
    const message = parseStunMessage(datagram);
    if (message?.class !== 'success' || message.xorMappedAddress === undefined) return false;
    const key = keyOf(message.transactionId);
    const question = this.open.get(key);
    if (question?.socketId !== socketId || question.remote.address !== remote.address) return false;
    this.open.delete(key);
    const { address, port } = message.xorMappedAddress;
    const { round } = question;
    this.answered.set(`${String(socketId)} ${remote.address} ${String(remote.port)}`, {
      address,
      port,
      socketId,
      round,
    });
    if (this.open.size === 0) this.tellSettled();
    return false;
  }

  /** STUN servers send nothing else. */
  dtlsDatagram(): void {
    return;
  }

  mediaDatagram(): boolean {
    return false;
  }

  mediaDrained(): void {
    return;
  }

  private askAddress(address: string, port: number): void {
    const { sockets, send, expectFrom, randomBytes } = this.options;
    const family = address.includes(':') ? 'IPv6' : 'IPv4';
    const remote: TransportAddress = { address, port, family };
    for (const { id, bound } of sockets) {
      if (bound.family !== family) continue;
      const transactionId = randomBytes(TRANSACTION_ID_BYTES);
      this.remember(keyOf(transactionId), { remote, socketId: id, round: this.round });
      expectFrom(remote, id, this);
      send(encodeBinding({ class: 'request', transactionId }), remote, id);
    }
  }

  private remember(key: string, question: Question): void {
    this.open.set(key, question);
    forgetOldest(this.open, MOST_OPEN);
  }

  private tellSettled(): void {
    const { listeners } = this;
    this.listeners = [];
    for (const settled of listeners) settled();
  }
}

function isOnePort(seen: readonly Endpoint[]): boolean {
  return seen.every(({ port }) => port === seen[0]?.port);
}

/** Beside the port that was seen there is our own: it may be forwarded. With a port for each destination there is only that. */
function endpointsOf(seen: readonly Endpoint[], ownPort: number): Endpoint[] {
  const own = seen.map(({ address }) => ({ address, port: ownPort }));
  const all = isOnePort(seen) ? [...seen.map(({ address, port }) => ({ address, port })), ...own] : own;
  return unique(all);
}

function keyOf(transactionId: Uint8Array): string {
  return String.fromCharCode(...transactionId);
}
