import type { MessagePort } from 'node:worker_threads';
import type { LocalSocket } from './udp-port.js';

/** Where a datagram came from, or goes to. */
interface PeerPlace {
  /** The peer's. */
  readonly address: string;
  readonly port: number;
  readonly socketId: number;
}

/** A datagram on its way between the thread that has the port and the worker that has the session. */
export interface PassedDatagram extends PeerPlace {
  readonly bytes: Uint8Array;
}

/** To a worker: a datagram for it, how many found nobody since the last time, or the answer to its `echo`. */
export type FromSharedPort = PassedDatagram | { readonly unclaimed: number } | { readonly echo: number };

/** From a worker: to be sent, or to be given to whoever it is for. */
export interface DatagramToSharedPort extends PassedDatagram {
  readonly what: 'send' | 'overheard';
}

/** From a worker: the address has become that of the session that expects checks with this local username fragment. */
export interface ProvenPlace extends PeerPlace {
  readonly what: 'proved';
  readonly usernameFragment: string;
}

/** From a worker: besides datagrams and proofs, how many datagrams it has taken since, and a question that is answered behind all that has arrived. */
export type ToSharedPort =
  | DatagramToSharedPort
  | ProvenPlace
  | { readonly what: 'taken'; readonly count: number }
  | { readonly what: 'echo'; readonly echo: number };

/** A worker's end of the port of all workers. */
export interface SharedPortEnd {
  readonly sockets: readonly LocalSocket[];
  readonly messages: MessagePort;
}
