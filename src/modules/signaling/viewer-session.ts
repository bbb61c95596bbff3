import { randomBytes } from 'node:crypto';
import type { SessionCloseReason, SubscriberStatistics } from '../../engine/index.js';
import type { MediaKind } from '../../media/codecs/codec.js';
import type { SentTrack, SubscriberOffer } from '../../media/sdp/session.js';
import { PeerSession } from './peer-session.js';
import { NO_TRAFFIC, type RestartedIce, type SubscriberSession, type Traffic } from './ports/listed-session.js';
import type { OwnOffer } from './ports/own-offer.js';
import type { StreamName } from './ports/stream-name.js';

const CANONICAL_NAME_BYTES = 12;

export function newCanonicalName(): string {
  return randomBytes(CANONICAL_NAME_BYTES).toString('hex');
}

/** What a viewer's session asks of whoever opened it. */
export interface ViewerOwner {
  patch(session: ViewerSession, fragment: string, ifMatch: string | undefined): Promise<RestartedIce | undefined>;
  close(session: ViewerSession, reason: SessionCloseReason): Promise<void>;
  setEnabled(session: ViewerSession, kind: MediaKind, isEnabled: boolean): Promise<void>;
  selectLayer(session: ViewerSession, rid: string | undefined): Promise<void>;
}

/** One viewer's peer connection, as the signaling side knows it. */
export class ViewerSession extends PeerSession implements SubscriberSession {
  /** Of all our sources in it (RFC 3550 section 6.5.1): random, so that nobody is told anything by it. */
  readonly canonicalName: string;
  statistics: SubscriberStatistics | undefined;

  constructor(
    stream: StreamName,
    offer: SubscriberOffer,
    readonly tracks: readonly SentTrack[],
    createdAtMs: number,
    private readonly owner: ViewerOwner,
    own?: OwnOffer & { readonly canonicalName: string },
  ) {
    super(stream, offer, createdAtMs, own);
    this.canonicalName = own?.canonicalName ?? newCanonicalName();
  }

  /** What it was sent. */
  get traffic(): Traffic {
    if (this.statistics === undefined) return NO_TRAFFIC;
    const { bytesSent, packetsSent, bitrateBps } = this.statistics;
    return { bytes: bytesSent, packets: packetsSent, bitrate: this.isClosed ? 0 : Math.round(bitrateBps) };
  }

  patch(fragment: string, ifMatch: string | undefined): Promise<RestartedIce | undefined> {
    return this.owner.patch(this, fragment, ifMatch);
  }

  close(reason: SessionCloseReason): Promise<void> {
    return this.owner.close(this, reason);
  }

  setEnabled(kind: MediaKind, isEnabled: boolean): Promise<void> {
    return this.owner.setEnabled(this, kind, isEnabled);
  }

  selectLayer(rid: string | undefined): Promise<void> {
    return this.owner.selectLayer(this, rid);
  }
}
