import type {
  EngineEvent,
  LocalTransport,
  PublisherOrder,
  SessionCloseReason,
  SubscriberOrder,
} from '../../../engine/index.js';
import type { SessionEngine } from '../engine-sessions.js';
import { LoadAdmission } from '../load-admission.js';
import { parseStreamName } from '../ports/stream-name.js';
import { NO_LIMITS, type NodeLimits } from '../node-quotas.js';
import { SignalingService } from '../signaling.service.js';
import { DEFAULT_STRATEGY, StreamStrategies, type StreamStrategy } from '../stream-strategy.js';
import { SubscriptionService } from '../subscription.service.js';

export const cam = parseStreamName('cam');
const FINGERPRINT = Array.from({ length: 32 }, () => 'AB').join(':');
const transport: LocalTransport = {
  ice: { usernameFragment: 'ours', password: 'ourPasswordOf24Characters' },
  fingerprint: { algorithm: 'sha-256', value: FINGERPRINT },
  setup: 'passive',
  candidates: [],
};
/** A viewer's. */
export const OFFER = [
  ...['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'm=audio 9 UDP/TLS/RTP/SAVPF 111', 'c=IN IP4 0.0.0.0'],
  ...['a=ice-ufrag:4ZcD', 'a=ice-pwd:2/1muCWoOi3uLifh0NuRHlit', `a=fingerprint:sha-256 ${FINGERPRINT}`],
  ...['a=setup:actpass', 'a=mid:0', 'a=recvonly', 'a=rtcp-mux', 'a=rtpmap:111 opus/48000/2', ''],
].join('\r\n');

/** Does what it is told at once, and tells what a test lets it tell. */
class FakeEngine implements SessionEngine {
  readonly opened: SubscriberOrder[] = [];
  readonly published: PublisherOrder[] = [];
  readonly closed: [string, SessionCloseReason][] = [];
  readonly muted: unknown[] = [];
  failure: Error | undefined;
  private readonly listeners = new Set<(event: EngineEvent) => void>();

  on(listener: (event: EngineEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  openPublisher(order: PublisherOrder): Promise<LocalTransport> {
    this.published.push(order);
    return Promise.resolve(transport);
  }

  openSubscriber(order: SubscriberOrder): Promise<LocalTransport> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    this.opened.push(order);
    return Promise.resolve(transport);
  }

  enableSubscriber(...order: unknown[]): Promise<void> {
    this.muted.push(order);
    return Promise.resolve();
  }

  selectLayer(): Promise<void> {
    return Promise.resolve();
  }

  workerOf(): number {
    return 1;
  }

  restartIce(): Promise<LocalTransport> {
    return Promise.resolve(transport);
  }

  closeSession(sessionId: string, reason: SessionCloseReason): Promise<void> {
    this.closed.push([sessionId, reason]);
    return Promise.resolve();
  }

  tell(event: EngineEvent): void {
    for (const listener of this.listeners) listener(event);
  }

  state(sessionId: string, state: 'connected' | 'closed', reason?: SessionCloseReason): void {
    this.tell({ type: 'session-state', streamId: 'cam', sessionId, state, reason });
  }
}

/** Publishers and viewers of `cam`. */
export class ViewerStage {
  readonly engine = new FakeEngine();
  readonly events: string[] = [];
  readonly admission = new LoadAdmission(75);
  readonly signaling: SignalingService;
  readonly subscriptions: SubscriptionService;

  constructor(strategy: Partial<StreamStrategy> = {}, limits: Partial<NodeLimits> = {}) {
    const clock = { epochMs: () => Date.now(), monotonicMs: () => performance.now() };
    const log = { warn: () => undefined, error: () => undefined };
    this.signaling = new SignalingService(
      this.engine,
      clock,
      log,
      new StreamStrategies({ ...DEFAULT_STRATEGY, ...strategy }),
      { ...NO_LIMITS, ...limits },
    );
    this.signaling.on((event) => {
      if (event.type.startsWith('subscriber')) this.events.push(event.type);
    });
    this.subscriptions = new SubscriptionService(
      this.engine,
      this.signaling,
      clock,
      this.admission,
      log,
      limits.mayAsk,
    );
  }

  watch(): Promise<{ sessionId: string; answer: string; entityTag: string }> {
    return this.subscriptions.subscribe(cam, OFFER);
  }
}
