import type { IceCredentials } from '../../../media/sdp/session.js';
import type { CascadeEnds } from './listed-session.js';

/** What is known of a session with another server, whose offer was ours. */
export interface OwnOffer {
  readonly sessionId: string;
  readonly ice: IceCredentials;
  readonly cascade: CascadeEnds;
}
