import type { CascadeEnds } from './listed-session.js';

/** What another server answered to an offer of ours. */
export interface RemoteAnswer {
  /** SDP. */
  readonly text: string;
  readonly ends: CascadeEnds;
  /** Where the stream has come by there, last first. */
  readonly hops: readonly string[];
}

/** An offer of ours, SDP. */
export interface OfferTexts {
  readonly text: string;
  /** For a server that takes no offer with data channels at all; undefined where there is nothing else in it. */
  readonly withoutData: string | undefined;
}

/** Brings an offer of ours to another server. */
export type Exchange = (offer: OfferTexts) => Promise<RemoteAnswer>;
