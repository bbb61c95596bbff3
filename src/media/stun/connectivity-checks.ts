import type { CandidatePair } from './candidate-pair.js';
import type { IceGeneration } from './ice-generation.js';
import { isSameTransportAddress, type TransportAddress } from './transport-address.js';
import { TRANSACTION_ID_BYTES } from './wire-format.js';

/** Bytes to send from one of our sockets. */
export interface IceDatagram {
  readonly bytes: Uint8Array;
  readonly remote: TransportAddress;
  readonly socketId: number;
}

/** A check of ours that waits for its answer. */
export interface OutgoingCheck {
  readonly pair: CandidatePair;
  readonly generation: IceGeneration;
  readonly bytes: Uint8Array;
  /** A consent check is never repeated: the next one has its own transaction (RFC 7675 section 5.1). */
  readonly isRepeated: boolean;
  readonly firstSentMs: number;
  sentMs: number;
  transmissions: number;
}

/** RFC 8489 section 6.2.1: doubled after each transmission. */
const RETRANSMISSION_MS = 500;
/** Fewer than its seven: the peer repeats its own checks, and a replayed one must not make us send much anywhere. */
const MAX_TRANSMISSIONS = 4;
/** An answer that comes later than this is none (RFC 8445 section 7.2.5.2.2). */
const ANSWER_LIMIT_MS = 32_000;
/** A pair whose check is out is not asked again before this, however often the peer asks us. */
const MIN_INTERVAL_MS = 50;
/** Checks under way: the oldest one is given up for the next. */
const MAX_OUTGOING = 64;

/** The connectivity checks that we send: triggered ones (RFC 8445 section 7.3.1.4) and consent checks (RFC 7675). */
export class ConnectivityChecks {
  private readonly outgoing = new Map<string, OutgoingCheck>();

  constructor(private readonly randomBytes: (length: number) => Uint8Array) {}

  /** @returns nothing when this pair's check went out a moment ago */
  trigger(pair: CandidatePair, nowMs: number): IceDatagram[] {
    const pending = [...this.outgoing.values()].find(
      (check) => check.isRepeated && check.pair === pair && check.generation === pair.generation,
    );
    if (pending === undefined) return [this.start(pair, nowMs, true)];
    return nowMs - pending.sentMs < MIN_INTERVAL_MS ? [] : [resend(pending, nowMs)];
  }

  askForConsent(pair: CandidatePair, nowMs: number): IceDatagram {
    return this.start(pair, nowMs, false);
  }

  /**
   * Only the address that was asked may answer (RFC 8445 section 7.2.5.2.1).
   *
   * @returns the check that this transaction belongs to; it stays under way until `settle`
   */
  find(transactionId: Uint8Array, remote: TransportAddress, socketId: number): OutgoingCheck | undefined {
    const check = this.outgoing.get(keyOf(transactionId));
    const isSymmetric = check?.pair.socketId === socketId && isSameTransportAddress(check.pair.remote, remote);
    return isSymmetric ? check : undefined;
  }

  settle(transactionId: Uint8Array): void {
    this.outgoing.delete(keyOf(transactionId));
  }

  /** @returns what is to be sent again; forgets what nobody answered */
  tick(nowMs: number): IceDatagram[] {
    const due: IceDatagram[] = [];
    for (const [key, check] of this.outgoing) {
      if (nowMs - check.firstSentMs >= ANSWER_LIMIT_MS) this.outgoing.delete(key);
      else if (isDue(check, nowMs)) due.push(resend(check, nowMs));
    }
    return due;
  }

  /** Credentials that are no longer in use are not asked with. */
  forget(generation: IceGeneration): void {
    for (const [key, check] of this.outgoing) {
      if (check.generation === generation) this.outgoing.delete(key);
    }
  }

  private start(pair: CandidatePair, nowMs: number, isRepeated: boolean): IceDatagram {
    const transactionId = this.randomBytes(TRANSACTION_ID_BYTES);
    const { generation } = pair;
    const bytes = generation.encodeCheck(transactionId, pair.isNominated);
    if (this.outgoing.size >= MAX_OUTGOING) this.forgetOldest();
    const sent = { firstSentMs: nowMs, sentMs: nowMs, transmissions: 1 };
    this.outgoing.set(keyOf(transactionId), { pair, generation, bytes, isRepeated, ...sent });
    return { bytes, remote: pair.remote, socketId: pair.socketId };
  }

  private forgetOldest(): void {
    for (const key of this.outgoing.keys()) {
      this.outgoing.delete(key);
      return;
    }
  }
}

function isDue(check: OutgoingCheck, nowMs: number): boolean {
  if (!check.isRepeated || check.transmissions >= MAX_TRANSMISSIONS) return false;
  return nowMs - check.sentMs >= RETRANSMISSION_MS * 2 ** (check.transmissions - 1);
}

function resend(check: OutgoingCheck, nowMs: number): IceDatagram {
  check.sentMs = nowMs;
  check.transmissions += 1;
  return { bytes: check.bytes, remote: check.pair.remote, socketId: check.pair.socketId };
}

function keyOf(transactionId: Uint8Array): string {
  return String.fromCharCode(...transactionId);
}
