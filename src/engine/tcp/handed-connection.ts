/**
 * A TCP connection of a publisher or a viewer on its way to the worker of its session. The thread that accepted it keeps
 * the socket open until the worker has released it, and does not touch it before.
 */
export interface HandedConnection {
  /** Stands where the number of a socket stands for UDP. Never given twice. */
  readonly connectionId: number;
  /** Of this process; it does not block. */
  readonly descriptor: number;
  readonly address: string;
  readonly port: number;
  /** What was read of it already: whole frames from the first connectivity check on, then perhaps a part of one. */
  readonly received: Uint8Array;
}

/** Ids of connections begin here; those of UDP sockets end far before. */
export const FIRST_CONNECTION_ID = 65_536;
/** A connection is opened for a check that follows at once: who sends none by now means none. */
export const PROOF_LIMIT_MS = 10_000;
/** First bytes of STUN, DTLS and RTP, RFC 7983 section 7. */
const PROTOCOLS = [
  { first: 0, last: 3 },
  { first: 20, last: 63 },
  { first: 128, last: 191 },
];

/** @returns whether a datagram that begins so may be of a protocol that we speak */
export function isOfOurs(firstByte: number): boolean {
  return PROTOCOLS.some(({ first, last }) => first <= firstByte && firstByte <= last);
}
