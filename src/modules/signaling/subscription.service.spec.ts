import type { EngineEvent, LocalTransport, SessionCloseReason, SubscriberOrder } from '../../engine/index.js';
import { EngineError } from '../../engine/engine-error.js';
import type { SessionEngine } from './engine-sessions.js';
import { LoadAdmission } from './load-admission.js';
import { parseStreamName } from './ports/stream-name.js';
import {
  NodeDrainingError,
  NodeFullError,
  NodeOverloadedError,
  SessionNotFoundError,
  StreamFullError,
  StreamNotFoundError,
  StreamNotLiveError,
} from './signaling.errors.js';
import { SignalingService } from './signaling.service.js';
import { DEFAULT_STRATEGY, StreamStrategies, type StreamStrategy } from './stream-strategy.js';
import { SubscriptionService } from './subscription.service.js';

const cam = parseStreamName('cam');
const FINGERPRINT = Array.from({ length: 32 }, () => 'AB').join(':');
const transport: LocalTransport = {
  ice: { usernameFragment: 'ours', password: 'ourPasswordOf24Characters' },
  fingerprint: { algorithm: 'sha-256', value: FINGERPRINT },
  setup: 'passive',
  candidates: [],
};
const OFFER = [
  ...['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'm=audio 9 UDP/TLS/RTP/SAVPF 111', 'c=IN IP4 0.0.0.0'],
  ...['a=ice-ufrag:4ZcD', 'a=ice-pwd:2/1muCWoOi3uLifh0NuRHlit', `a=fingerprint:sha-256 ${FINGERPRINT}`],
  ...['a=setup:actpass', 'a=mid:0', 'a=recvonly', 'a=rtcp-mux', 'a=rtpmap:111 opus/48000/2', ''],
].join('\r\n');
const RESTART = 'a=ice-ufrag:newer\r\na=ice-pwd:3/1muCWoOi3uLifh0NuRHlit\r\n';

class FakeEngine implements SessionEngine {
  readonly opened: SubscriberOrder[] = [];
  readonly closed: [string, SessionCloseReason][] = [];
  readonly muted: unknown[] = [];
  failure: Error | undefined;
  private readonly listeners = new Set<(event: EngineEvent) => void>();

  on(listener: (event: EngineEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  openPublisher(): Promise<LocalTransport> {
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

class Fixture {
  readonly engine = new FakeEngine();
  readonly events: string[] = [];
  readonly admission = new LoadAdmission(75);
  readonly signaling: SignalingService;
  readonly subscriptions: SubscriptionService;

  constructor(strategy: Partial<StreamStrategy> = {}) {
    const clock = { epochMs: () => Date.now(), monotonicMs: () => performance.now() };
    const log = { warn: () => undefined, error: () => undefined };
    this.signaling = new SignalingService(
      this.engine,
      clock,
      log,
      new StreamStrategies({ ...DEFAULT_STRATEGY, ...strategy }),
    );
    this.signaling.on((event) => {
      if (event.type.startsWith('subscriber')) this.events.push(event.type);
    });
    this.subscriptions = new SubscriptionService(this.engine, this.signaling, clock, this.admission, log);
  }

  watch(): Promise<{ sessionId: string; answer: string; entityTag: string }> {
    return this.subscriptions.subscribe(cam, OFFER);
  }
}

describe('SubscriptionService', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('lets a viewer in before anybody publishes, and lists it from the first moment to 30 s after its end', async () => {
    const { engine, signaling, events, watch } = bind(new Fixture());

    const { sessionId, answer } = await watch();
    engine.state(sessionId, 'connected');

    const stream = (): unknown => signaling.findStream('cam')?.subscribers.map(({ id, state }) => [id, state]);
    expect(answer).toContain('a=sendonly');
    expect(engine.opened).toMatchObject([
      { streamId: 'cam', sessionId, remoteSetup: 'actpass', tracks: [{ kind: 'audio' }] },
    ]);
    expect(stream()).toEqual([[sessionId, 'connected']]);
    engine.state(sessionId, 'closed', 'consent-lost');
    expect(stream()).toEqual([[sessionId, 'closed']]);
    jest.advanceTimersByTime(30_000);
    expect(stream()).toBeUndefined();
    expect(events).toEqual(['subscriber-opened', 'subscriber-state', 'subscriber-closed']);
  });

  it('shows what it was sent', async () => {
    const { engine, signaling, watch } = bind(new Fixture());
    const { sessionId } = await watch();

    const sessions = [{ sessionId, bytesSent: 5000, packetsSent: 50, bitrateBps: 1234.5 }];
    engine.tell({ type: 'subscriber-statistics', streamId: 'cam', sessions });

    expect(signaling.stream(cam).sent).toEqual({ bytes: 5000, packets: 50, bitrate: 1235 });
  });

  it('ends, restarts and mutes a session by the address that it has', async () => {
    const { engine, signaling, watch } = bind(new Fixture());
    const { sessionId, entityTag } = await watch();

    const restarted = await signaling.patch(cam, sessionId, RESTART, '*');
    await signaling.subscriber(cam, sessionId).setEnabled('video', false);
    await signaling.end(cam, sessionId);

    expect(restarted?.fragment).toContain('a=ice-ufrag:ours');
    expect(restarted?.entityTag).not.toBe(entityTag);
    expect(engine.muted).toEqual([[sessionId, 'video', false]]);
    expect(engine.closed).toEqual([[sessionId, 'requested']]);
    await expect(signaling.patch(cam, sessionId, RESTART, '*')).rejects.toThrow(SessionNotFoundError);
  });

  it('wants the right to watch for a viewer, the right to publish for a publisher', async () => {
    const { signaling, watch } = bind(new Fixture());
    const { sessionId } = await watch();
    const publisher = await signaling.publish(cam, OFFER.replace('recvonly', 'sendonly'));

    expect(signaling.rightFor(cam, sessionId)).toBe('watch');
    expect(signaling.rightFor(cam, publisher.sessionId)).toBe('publish');
    expect(() => signaling.rightFor(cam, 'other')).toThrow(SessionNotFoundError);
  });

  it('keeps a viewer when its publisher goes, and ends it with the stream', async () => {
    const { engine, signaling, watch } = bind(new Fixture());
    const publisher = await signaling.publish(cam, OFFER.replace('recvonly', 'sendonly'));
    const { sessionId } = await watch();

    await signaling.end(cam, publisher.sessionId);
    expect(signaling.stream(cam).openSubscribers).toHaveLength(1);
    await signaling.deleteStream(cam);

    expect(engine.closed.at(-1)).toEqual([sessionId, 'requested']);
    expect(() => signaling.stream(cam)).toThrow(StreamNotFoundError);
  });

  it('turns viewers away that the strategy, a drain or the load forbid', async () => {
    const notLive = new Fixture({ autoCreateWhep: false });
    const full = new Fixture({ mostSubscribers: 1 });
    const draining = new Fixture();
    const busy = new Fixture();
    await full.watch();
    draining.signaling.drain();
    busy.admission.hear(loadOf(0, 10));
    await busy.watch();
    busy.admission.hear(loadOf(1, 90));

    await expect(notLive.watch()).rejects.toThrow(StreamNotLiveError);
    await expect(full.watch()).rejects.toThrow(StreamFullError);
    await expect(draining.watch()).rejects.toThrow(NodeDrainingError);
    await expect(busy.watch()).rejects.toThrow(NodeOverloadedError);
  });

  it('leaves nothing of a viewer that the engine has no room for', async () => {
    const { engine, signaling, watch } = bind(new Fixture());
    engine.failure = new EngineError('memory-exhausted', 'Full.');

    await expect(watch()).rejects.toThrow(NodeFullError);

    expect(signaling.streams()).toEqual([]);
  });
});

function bind(fixture: Fixture): Fixture & { watch: Fixture['watch'] } {
  return Object.assign(fixture, { watch: fixture.watch.bind(fixture) });
}

function loadOf(worker: number, cpuPercent: number): EngineEvent {
  const counts = { sessions: 0, packetsReceived: 0, packetsDropped: 0, packetsSent: 0, memoryUsedBytes: 0 };
  return { type: 'worker-load', worker, cpuPercent, ...counts };
}
