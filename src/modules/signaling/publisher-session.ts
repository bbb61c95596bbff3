import { randomBytes } from 'node:crypto';
import type { SessionCloseReason, SessionState, TrackStatistics } from '../../engine/index.js';
import type { IceCredentials, IceFragment, NegotiatedTrack, SessionOffer } from '../../media/sdp/session.js';
import { sumOfTraffic, type ListedSession, type Traffic } from './ports/listed-session.js';
import type { StreamName } from './ports/stream-name.js';

const REMEMBERED_GENERATIONS = 8;
// After these the client is gone without having said so, and may still come to say it.
const LOSSES: readonly SessionCloseReason[] = ['consent-lost', 'peer-closed', 'worker-lost'];

/** One publisher's peer connection, as the signaling side knows it. */
export class PublisherSession implements ListedSession {
  /** 128 random bits: whoever knows the session's URL may end it. */
  readonly id = randomBytes(16).toString('hex');
  private currentState: SessionState = 'new';
  private closedBecause: SessionCloseReason | undefined;
  private leftMs = 0;
  private tag = newEntityTag();
  private remoteIce: IceCredentials;
  /** Username fragments of before the restarts: their late candidates are no new restart. */
  private readonly pastFragments: string[] = [];
  statistics: readonly TrackStatistics[] = [];
  readonly hasDataChannel = false;
  readonly cascade = undefined;

  constructor(
    readonly stream: StreamName,
    readonly offer: SessionOffer,
    readonly tracks: readonly NegotiatedTrack[],
    readonly createdAtMs: number,
  ) {
    this.remoteIce = offer.transport.ice;
  }

  get state(): SessionState {
    return this.currentState;
  }

  get isClosed(): boolean {
    return this.currentState === 'closed';
  }

  /** Closed by a loss that nobody announced. */
  get isLost(): boolean {
    return this.closedBecause !== undefined && LOSSES.includes(this.closedBecause);
  }

  /** Epoch milliseconds, 0 while open. */
  get leftAtMs(): number {
    return this.leftMs;
  }

  /** Strong, with its quotes; another one after each ICE restart (RFC 9725 section 4.3.1). */
  get entityTag(): string {
    return this.tag;
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

  enter(state: Exclude<SessionState, 'closed'>): void {
    if (!this.isClosed) this.currentState = state;
  }

  close(reason: SessionCloseReason, nowMs: number): void {
    this.currentState = 'closed';
    this.closedBecause = reason;
    this.leftMs = nowMs;
  }

  /** @returns the new credentials when the fragment asks for an ICE restart, undefined when it only tells candidates */
  restartAskedBy(fragment: IceFragment): IceCredentials | undefined {
    const ice = fragment.ice;
    if (ice === undefined || ice.usernameFragment === this.remoteIce.usernameFragment) return undefined;
    return this.pastFragments.includes(ice.usernameFragment) ? undefined : ice;
  }

  restarted(ice: IceCredentials): void {
    this.pastFragments.push(this.remoteIce.usernameFragment);
    if (this.pastFragments.length > REMEMBERED_GENERATIONS) this.pastFragments.shift();
    this.remoteIce = ice;
    this.tag = newEntityTag();
  }
}

function newEntityTag(): string {
  return `"${randomBytes(8).toString('hex')}"`;
}
