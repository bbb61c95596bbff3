import type { MessagePort } from 'node:worker_threads';
import type { LocalSocket } from './udp-port.js';

/** A datagram on its way between the thread that has the port and the worker that has the session. */
export interface PassedDatagram {
  readonly bytes: Uint8Array;
  /** The peer's. */
  readonly address: string;
  readonly port: number;
  readonly socketId: number;
}

/** To a worker: a datagram for it, or how many found nobody since the last time. */
export type FromSharedPort = PassedDatagram | { readonly unclaimed: number };

/** From a worker: to be sent, or to be given to whoever it is for. */
export interface ToSharedPort extends PassedDatagram {
  readonly what: 'send' | 'overheard';
}

/** A worker's end of the port of all workers. */
export interface SharedPortEnd {
  readonly sockets: readonly LocalSocket[];
  readonly messages: MessagePort;
}
