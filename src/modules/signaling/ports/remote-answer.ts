import type { CascadeEnds } from './listed-session.js';

/** What another server answered to an offer of ours. */
export interface RemoteAnswer {
  /** SDP. */
  readonly text: string;
  readonly ends: CascadeEnds;
  /** Where the stream has come by there, last first. */
  readonly hops: readonly string[];
}

/** Brings an offer of ours (SDP) to another server. */
export type Exchange = (offer: string) => Promise<RemoteAnswer>;
