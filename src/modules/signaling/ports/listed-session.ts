import type { SessionCloseReason, SessionState } from '../../../engine/index.js';
import type { MediaKind } from '../../../media/codecs/codec.js';
import type { StreamName } from './stream-name.js';

/** RTP of one session or of a whole stream, since it began. */
export interface Traffic {
  readonly bytes: number;
  readonly packets: number;
  /** bit/s now. */
  readonly bitrate: number;
}

/** What is on the other end of a session that connects two servers. */
export interface CascadeEnds {
  readonly sourceUrl?: string;
  readonly targetUrl?: string;
  readonly sessionUrl?: string;
}

/** What lists show of a peer connection. */
export interface ListedSession {
  /** 128 random bits, in hexadecimal. */
  readonly id: string;
  readonly createdAtMs: number;
  /** Epoch milliseconds, 0 while open. */
  readonly leftAtMs: number;
  readonly state: SessionState;
  readonly traffic: Traffic;
  readonly hasDataChannel: boolean;
  /** Undefined for a client of ours. */
  readonly cascade: CascadeEnds | undefined;
}

/** Our side of an ICE restart. */
export interface RestartedIce {
  readonly fragment: string;
  readonly entityTag: string;
}

/** A viewer's peer connection, for lists and for whoever ends its stream. Who opened it tells the registry of its states. */
export interface SubscriberSession extends ListedSession {
  readonly stream: StreamName;
  /**
   * Candidates of its client, or an ICE restart.
   *
   * @param ifMatch the header as received
   * @returns our side of a restart, undefined for candidates
   */
  patch(fragment: string, ifMatch: string | undefined): Promise<RestartedIce | undefined>;
  /** Ends it, once; the registry is told by who opened it. */
  close(reason: SessionCloseReason): Promise<void>;
  /** Sends media of one kind, or no longer: the others go on. */
  setEnabled(kind: MediaKind, isEnabled: boolean): Promise<void>;
  /** Sends this layer for as long as it flows; undefined for the one that fits best. */
  selectLayer(rid: string | undefined): Promise<void>;
}

export const NO_TRAFFIC: Traffic = { bytes: 0, packets: 0, bitrate: 0 };

export function sumOfTraffic(parts: Iterable<Traffic>): Traffic {
  const sum = { ...NO_TRAFFIC } as { -readonly [K in keyof Traffic]: number };
  for (const { bytes, packets, bitrate } of parts) {
    sum.bytes += bytes;
    sum.packets += packets;
    sum.bitrate += bitrate;
  }
  return sum;
}
