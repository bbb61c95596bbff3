import type { EngineEvent, LocalTransport, SessionState } from '../../engine/index.js';
import { offer } from '../../../test/support/offer.js';
import { StreamDto } from './dto/stream.dto.js';
import type { SessionEngine } from './engine-sessions.js';
import type { SubscriberSession, Traffic } from './ports/listed-session.js';
import type { SignalingEvent } from './ports/signaling-event.js';
import { parseStreamName, type StreamName } from './ports/stream-name.js';
import {
  LayerNotFoundError,
  NodeDrainingError,
  SessionNotFoundError,
  StreamExistsError,
  StreamFullError,
  StreamNotFoundError,
  StreamNotLayeredError,
  StreamNotLiveError,
  StreamProvisionedError,
} from './signaling.errors.js';
import { SignalingService } from './signaling.service.js';
import { StreamReaper } from './stream-reaper.js';
import { DEFAULT_STRATEGY, StreamStrategies, type StreamStrategy } from './stream-strategy.js';

const cam = parseStreamName('cam');
const NOW = Date.parse('2026-11-20T12:00:00Z');

const transport: LocalTransport = {
  ice: { usernameFragment: 'ours', password: 'ourPasswordOf24Characters' },
  fingerprint: { algorithm: 'sha-256', value: Array.from({ length: 32 }, () => 'AB').join(':') },
  setup: 'passive',
  candidates: [],
};

class FakeEngine implements SessionEngine {
  private listener: (event: EngineEvent) => void = () => undefined;

  on(listener: (event: EngineEvent) => void): () => void {
    this.listener = listener;
    return () => undefined;
  }

  openPublisher(): Promise<LocalTransport> {
    return Promise.resolve(transport);
  }

  openSubscriber(): Promise<LocalTransport> {
    return Promise.resolve(transport);
  }

  selectLayer(): Promise<void> {
    return Promise.resolve();
  }

  enableSubscriber(): Promise<void> {
    return Promise.resolve();
  }

  workerOf(): number | undefined {
    return undefined;
  }

  restartIce(): Promise<LocalTransport> {
    return Promise.resolve(transport);
  }

  closeSession(): Promise<void> {
    return Promise.resolve();
  }

  tell(event: EngineEvent): void {
    this.listener(event);
  }
}

class Viewer implements SubscriberSession {
  state: SessionState = 'new';
  leftAtMs = 0;
  traffic: Traffic = { bytes: 1000, packets: 10, bitrate: 800 };
  readonly hasDataChannel = false;
  readonly cascade = undefined;
  readonly createdAtMs = Date.now();
  readonly media: string[] = [];

  constructor(
    private readonly signaling: SignalingService,
    readonly id: string,
    readonly stream: StreamName = cam,
  ) {
    signaling.assertSubscribable(stream, 0);
    signaling.subscriberOpened(this);
  }

  patch(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  close(): Promise<void> {
    this.leave();
    return Promise.resolve();
  }

  setEnabled(kind: string, isEnabled: boolean): Promise<void> {
    this.media.push(`${kind} ${String(isEnabled)}`);
    return Promise.resolve();
  }

  selectLayer(rid: string | undefined): Promise<void> {
    this.media.push(`layer ${rid ?? 'any'}`);
    return Promise.resolve();
  }

  leave(): void {
    this.state = 'closed';
    this.leftAtMs = Date.now();
    this.signaling.subscriberClosed(this, 'requested');
  }
}

class Fixture {
  readonly events: SignalingEvent[] = [];
  readonly engine = new FakeEngine();
  readonly signaling: SignalingService;
  private readonly log = { warn: () => undefined, error: () => undefined };

  constructor(strategy: Partial<StreamStrategy> = {}, special: Readonly<Record<string, Partial<StreamStrategy>>> = {}) {
    const strategies = new StreamStrategies({ ...DEFAULT_STRATEGY, ...strategy }, new Map(Object.entries(special)));
    const clock = { epochMs: () => Date.now(), monotonicMs: () => performance.now() };
    this.signaling = new SignalingService(this.engine, clock, this.log, strategies);
    this.signaling.on((event) => void this.events.push(event));
    new StreamReaper(this.signaling, this.log);
  }

  async publish(): Promise<string> {
    const { sessionId } = await this.signaling.publish(cam, offer());
    this.engine.tell({ type: 'session-state', streamId: cam, sessionId, state: 'connected', reason: undefined });
    return sessionId;
  }

  get names(): string[] {
    return this.signaling.streams().map(({ name }) => name);
  }

  get ends(): string[] {
    return this.events.flatMap((event) => (event.type === 'stream-ended' ? [`${event.stream}: ${event.reason}`] : []));
  }

  get shown(): StreamDto {
    return new StreamDto(this.signaling.stream(cam));
  }
}

const seconds = (count: number): Promise<void> => jest.advanceTimersByTimeAsync(count * 1000);

beforeEach(() => jest.useFakeTimers({ now: NOW }));
afterEach(() => jest.useRealTimers());

describe('a stream that was asked for', () => {
  it('is there once, and goes after five seconds of nobody', async () => {
    const fixture = new Fixture();
    const { signaling } = fixture;

    await signaling.createStream(cam);
    await expect(signaling.createStream(cam)).rejects.toThrow(StreamExistsError);
    await seconds(5);
    expect(fixture.names).toEqual(['cam']);
    await seconds(2);

    expect(fixture.names).toEqual([]);
    expect(fixture.ends).toEqual(['cam: orphaned']);
  });

  it('stays where nobody makes streams by using them', async () => {
    const fixture = new Fixture({ autoCreateWhip: false, autoCreateWhep: false });
    const { signaling } = fixture;

    await signaling.createStream(cam);
    await seconds(3600);

    expect(fixture.names).toEqual(['cam']);
  });

  it('goes before anybody came when that is what the strategy says of streams without subscribers', async () => {
    const fixture = new Fixture({ autoCreateWhip: false, autoCreateWhep: false, autoDeleteWhepMs: 0 });
    const { signaling } = fixture;

    await signaling.createStream(cam);
    await seconds(2);

    expect(fixture.ends).toEqual(['cam: subscribe-leave-timeout']);
  });
});

describe('a provisioned stream', () => {
  it('is there from the start, and is neither made nor deleted', async () => {
    const fixture = new Fixture({ autoDeleteWhipMs: 0, autoDeleteWhepMs: 0 });
    fixture.signaling.provision(cam);

    await expect(fixture.signaling.createStream(cam)).rejects.toThrow(StreamProvisionedError);
    await expect(fixture.signaling.deleteStream(cam)).rejects.toThrow(StreamProvisionedError);
    await fixture.signaling.end(cam, await fixture.publish());
    await seconds(60);

    expect(fixture.names).toEqual(['cam']);
    expect(fixture.shown).toMatchObject({ provisioned: true, publish: { leaveAt: NOW, sessions: [] } });
  });
});

describe('the strategy', () => {
  it('keeps publishers from making streams', async () => {
    const { signaling } = new Fixture({ autoCreateWhip: false });

    await expect(signaling.publish(cam, offer())).rejects.toThrow(StreamNotFoundError);
    await signaling.createStream(cam);

    await expect(signaling.publish(cam, offer())).resolves.toMatchObject({ sessionId: expect.any(String) as string });
  });

  it('keeps subscribers from making streams', async () => {
    const { signaling } = new Fixture({ autoCreateWhep: false });

    expect(() => new Viewer(signaling, 'a')).toThrow(StreamNotLiveError);
    await signaling.createStream(cam);

    expect(() => new Viewer(signaling, 'a')).not.toThrow();
  });

  it('says how many may watch a stream, one of its own before that of the node', () => {
    const { signaling } = new Fixture({ mostSubscribers: 1 }, { cam: { mostSubscribers: 2 } });
    const other = parseStreamName('other');
    const [first] = [new Viewer(signaling, 'a'), new Viewer(signaling, 'b'), new Viewer(signaling, 'c', other)];

    expect(() => new Viewer(signaling, 'd')).toThrow(StreamFullError);
    expect(() => new Viewer(signaling, 'e', other)).toThrow(StreamFullError);
    first.leave();

    expect(() => new Viewer(signaling, 'f')).not.toThrow();
  });

  it('deletes a stream some time after its publisher left, and sends its subscribers away', async () => {
    const fixture = new Fixture({ autoDeleteWhipMs: 3000 });
    const viewer = new Viewer(fixture.signaling, 'a');
    await fixture.signaling.end(cam, await fixture.publish());

    await seconds(2);
    expect(fixture.ends).toEqual([]);
    await seconds(3);

    expect(fixture.ends).toEqual(['cam: publish-leave-timeout']);
    expect(viewer.state).toBe('closed');
  });

  it('deletes a stream some time after its last subscriber left, published or not', async () => {
    const fixture = new Fixture({ autoDeleteWhepMs: 3000 });
    const viewer = new Viewer(fixture.signaling, 'a');
    await fixture.publish();
    await seconds(10);
    expect(fixture.ends).toEqual([]);

    viewer.leave();
    await seconds(5);

    expect(fixture.ends).toEqual(['cam: subscribe-leave-timeout']);
  });
});

describe('subscribers', () => {
  it('are shown with their stream, and half a minute after they left', async () => {
    const fixture = new Fixture();
    const { signaling } = fixture;
    const viewer = new Viewer(signaling, 'a');

    expect(fixture.shown.subscribe).toMatchObject({ leaveAt: 0, sessions: [{ id: 'a', state: 'new', leaveAt: 0 }] });
    await seconds(10);
    viewer.leave();
    const leaveAt = NOW + 10_000;
    expect(fixture.shown.subscribe).toMatchObject({ leaveAt, sessions: [{ state: 'closed', leaveAt }] });
    await seconds(29);
    expect(fixture.names).toEqual(['cam']);
    await seconds(2);

    expect(fixture.names).toEqual([]);
  });

  it('count for their stream when they are not shown any more', async () => {
    const fixture = new Fixture();
    const { signaling } = fixture;
    new Viewer(signaling, 'b');
    const first = new Viewer(signaling, 'a');

    expect(fixture.shown.subscribe.sessions.map(({ id }) => id)).toEqual(['a', 'b']);
    first.leave();
    await seconds(31);

    expect(fixture.shown.stats.subscribe).toEqual({ bytes: 2000, packets: 20, bitrate: 800 });
  });

  it('can be muted and sent off', async () => {
    const { signaling } = new Fixture();
    const viewer = new Viewer(signaling, 'a');

    await signaling.subscriber(cam, 'a').setEnabled('video', false);
    await signaling.end(cam, 'a');

    expect(viewer.media).toEqual(['video false']);
    expect(viewer.state).toBe('closed');
    expect(() => signaling.subscriber(cam, 'nobody')).toThrow(SessionNotFoundError);
  });

  it('stay when their publisher goes, and are told of', async () => {
    const fixture = new Fixture();
    const viewer = new Viewer(fixture.signaling, 'a');
    await fixture.signaling.end(cam, await fixture.publish());

    expect(viewer.state).toBe('new');
    expect(fixture.events).toContainEqual({ type: 'subscriber-opened', stream: 'cam', sessionId: 'a' });
  });

  it('are not let in while the node is about to stop', () => {
    const { signaling } = new Fixture();

    signaling.drain();

    expect(() => new Viewer(signaling, 'a')).toThrow(NodeDrainingError);
  });
});

describe('the layers of one stream', () => {
  const picture = (layers?: readonly string[], codecName = 'VP9'): EngineEvent => ({
    type: 'stream-statistics',
    streamId: cam,
    tracks: [
      {
        mid: '1',
        kind: 'video',
        codecName,
        codecString: undefined,
        width: 640,
        height: 480,
        framesPerSecond: 30,
        bitrateBps: 1,
        bytesReceived: 1,
        packetsReceived: 1,
        packetsLost: 0,
        packetsRepaired: 0,
        jitterMs: 0,
        ...(layers === undefined ? {} : { layers }),
      },
    ],
  });

  it('are those that the engine tells of, best first, and the first is taken where none is named', async () => {
    const { signaling, engine } = new Fixture();
    const viewer = new Viewer(signaling, 'v');
    await signaling.publish(cam, offer());
    expect(() => signaling.layersFor(cam, 'v')).toThrow(StreamNotLayeredError);

    engine.tell(picture(['S1T1', 'S1T0', 'S0T1', 'S0T0']));
    expect(signaling.layersFor(cam, 'v')).toEqual(['S1T1', 'S1T0', 'S0T1', 'S0T0']);
    await signaling.selectLayer(cam, 'v', 'S0T1');
    await signaling.selectLayer(cam, 'v', undefined);
    await expect(signaling.selectLayer(cam, 'v', 'S2T0')).rejects.toThrow(LayerNotFoundError);

    expect(viewer.media).toEqual(['layer S0T1', 'layer S1T1']);
  });

  it('may come of what is sent in a codec that has them', async () => {
    const { signaling, engine } = new Fixture();
    await signaling.publish(cam, offer());
    const may = ['H264', 'VP8', 'VP9', 'AV1'].map((codecName) => {
      engine.tell(picture(undefined, codecName));
      return signaling.stream(cam).mayHaveLayers;
    });

    expect(may).toEqual([false, false, true, true]);
  });
});
