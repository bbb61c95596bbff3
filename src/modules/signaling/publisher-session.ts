import type { TrackStatistics } from '../../engine/index.js';
import type { NegotiatedTrack, SessionOffer } from '../../media/sdp/session.js';
import { PeerSession } from './peer-session.js';
import type { OwnOffer } from './ports/own-offer.js';
import { sumOfTraffic, type Traffic } from './ports/listed-session.js';
import type { StreamName } from './ports/stream-name.js';

/** One publisher's peer connection, as the signaling side knows it. */
export class PublisherSession extends PeerSession {
  statistics: readonly TrackStatistics[] = [];

  constructor(
    stream: StreamName,
    offer: SessionOffer,
    readonly tracks: readonly NegotiatedTrack[],
    createdAtMs: number,
    /** Where it has come by, last first; nothing for a client's. */
    readonly hops: readonly string[] = [],
    own?: OwnOffer,
  ) {
    super(stream, offer, createdAtMs, own);
  }

  /** What the tracks have received, in this session. */
  get traffic(): Traffic {
    return sumOfTraffic(
      this.statistics.map((track) => ({
        bytes: track.bytesReceived,
        packets: track.packetsReceived,
        bitrate: this.isClosed ? 0 : Math.round(track.bitrateBps),
      })),
    );
  }
}
