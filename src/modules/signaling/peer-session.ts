import { randomBytes } from 'node:crypto';
import type { SessionCloseReason, SessionState } from '../../engine/index.js';
import type { IceCredentials, IceFragment, SessionOffer } from '../../media/sdp/session.js';
import type { CascadeEnds, ListedSession, Traffic } from './ports/listed-session.js';
import type { OwnOffer } from './ports/own-offer.js';
import type { StreamName } from './ports/stream-name.js';

const REMEMBERED_GENERATIONS = 8;
// After these the client is gone without having said so, and may still come to say it.
const LOSSES: readonly SessionCloseReason[] = ['consent-lost', 'peer-closed', 'worker-lost'];

/** One peer connection, as the signaling side knows it: how far it is, and what its address is good for. */
export abstract class PeerSession implements ListedSession {
  /** 128 random bits: whoever knows the session's URL may end it. */
  readonly id: string;
  private currentState: SessionState = 'new';
  private closedBecause: SessionCloseReason | undefined;
  private leftMs = 0;
  private tag = newEntityTag();
  private remoteIce: IceCredentials;
  /** Username fragments of before the restarts: their late candidates are no new restart. */
  private readonly pastFragments: string[] = [];

  /** @param offer the peer's; where the offer was ours, its answer */
  protected constructor(
    readonly stream: StreamName,
    readonly offer: SessionOffer,
    readonly createdAtMs: number,
    readonly own: OwnOffer | undefined,
  ) {
    this.id = own?.sessionId ?? newSessionId();
    this.remoteIce = offer.transport.ice;
  }

  /** What its tracks have carried. */
  abstract get traffic(): Traffic;

  /** Whether its offer has one. */
  get hasDataChannel(): boolean {
    return this.offer.data !== undefined;
  }

  get state(): SessionState {
    return this.currentState;
  }

  get isClosed(): boolean {
    return this.currentState === 'closed';
  }

  get cascade(): CascadeEnds | undefined {
    return this.own?.cascade;
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

  enter(state: Exclude<SessionState, 'closed'>): void {
    if (!this.isClosed) this.currentState = state;
  }

  /** It has closed. */
  ended(reason: SessionCloseReason, nowMs: number): void {
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

export function newSessionId(): string {
  return randomBytes(16).toString('hex');
}

function newEntityTag(): string {
  return `"${randomBytes(8).toString('hex')}"`;
}
