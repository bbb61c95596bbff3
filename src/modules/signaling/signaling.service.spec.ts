import type {
  EngineEvent,
  LocalTransport,
  PublisherOrder,
  SessionCloseReason,
  SessionState,
  TrackStatistics,
} from '../../engine/index.js';
import type { IceCredentials } from '../../media/sdp/session.js';
import { StreamDto } from './dto/stream.dto.js';
import type { SignalingEvent } from './ports/signaling-event.js';
import { parseStreamName } from './ports/stream-name.js';
import type { SessionEngine } from './engine-sessions.js';
import { SignalingService } from './signaling.service.js';
import {
  EngineUnavailableError,
  EntityTagMismatchError,
  IceRestartConditionRequiredError,
  NodeDrainingError,
  NodeFullError,
  SessionNotFoundError,
  StreamBusyError,
  StreamNotFoundError,
} from './signaling.errors.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const cam = parseStreamName('cam');
const FINGERPRINT = Array.from({ length: 32 }, () => 'AB').join(':');

const transport: LocalTransport = {
  ice: { usernameFragment: 'ours', password: 'ourPasswordOf24Characters' },
  fingerprint: { algorithm: 'sha-256', value: FINGERPRINT },
  setup: 'passive',
  candidates: [
    { foundation: '1', component: 1, transport: 'udp', priority: 1, address: '127.0.0.1', port: 7777, type: 'host' },
  ],
};

const OFFER = [
  'v=0',
  'o=- 1 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'c=IN IP4 0.0.0.0',
  'a=ice-ufrag:4ZcD',
  'a=ice-pwd:2/1muCWoOi3uLifh0NuRHlit',
  `a=fingerprint:sha-256 ${FINGERPRINT}`,
  'a=setup:actpass',
  'a=mid:0',
  'a=sendonly',
  'a=rtcp-mux',
  'a=rtpmap:111 opus/48000/2',
  '',
].join('\r\n');

const candidates = (usernameFragment = '4ZcD'): string =>
  [
    `a=ice-ufrag:${usernameFragment}`,
    'a=ice-pwd:2/1muCWoOi3uLifh0NuRHlit',
    'm=audio 9 UDP/TLS/RTP/SAVPF 0',
    'a=mid:0',
    'a=candidate:1 1 udp 2130706431 127.0.0.1 40000 typ host',
    'a=end-of-candidates',
    '',
  ].join('\r\n');

class FakeEngine implements SessionEngine {
  readonly opened: PublisherOrder[] = [];
  readonly closed: [string, SessionCloseReason][] = [];
  readonly restarts: IceCredentials[] = [];
  failure: Error | undefined;
  beforeClosing: (() => void) | undefined;
  private readonly listeners = new Set<(event: EngineEvent) => void>();

  on(listener: (event: EngineEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  openPublisher(order: PublisherOrder): Promise<LocalTransport> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    this.opened.push(order);
    return Promise.resolve(transport);
  }

  openSubscriber(): Promise<LocalTransport> {
    return Promise.resolve(transport);
  }

  workerOf(): number | undefined {
    return undefined;
  }

  selectLayer(): Promise<void> {
    return Promise.resolve();
  }

  enableSubscriber(): Promise<void> {
    return Promise.resolve();
  }

  restartIce(_sessionId: string, remoteIce: IceCredentials): Promise<LocalTransport> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    this.restarts.push(remoteIce);
    return Promise.resolve({ ...transport, ice: { ...transport.ice, usernameFragment: 'again' } });
  }

  closeSession(sessionId: string, reason: SessionCloseReason): Promise<void> {
    this.closed.push([sessionId, reason]);
    this.beforeClosing?.();
    this.state(sessionId, 'closed', reason);
    return Promise.resolve();
  }

  state(sessionId: string, state: SessionState, reason?: SessionCloseReason): void {
    this.tell({ type: 'session-state', streamId: 'cam', sessionId, state, reason });
  }

  tell(event: EngineEvent): void {
    for (const listener of this.listeners) listener(event);
  }
}

class Fixture {
  readonly engine = new FakeEngine();
  readonly errors: string[] = [];
  readonly events: SignalingEvent[] = [];
  readonly signaling = new SignalingService(
    this.engine,
    { epochMs: () => Date.now(), monotonicMs: () => performance.now() },
    { warn: () => undefined, error: (message) => void this.errors.push(message) },
  );

  constructor() {
    this.signaling.on((event) => void this.events.push(event));
  }

  async publish(state: SessionState = 'new'): Promise<string> {
    const { sessionId } = await this.signaling.publish(cam, OFFER);
    if (state !== 'new') this.engine.state(sessionId, state);
    return sessionId;
  }

  /** What publishers did, as short words. */
  get told(): string[] {
    return this.events
      .filter(({ type }) => !['streams-changed', 'stream-created', 'stream-ended'].includes(type))
      .map((event) => {
        if (event.type === 'publisher-state') return event.state;
        return event.type === 'publisher-closed' ? `closed: ${event.reason}` : event.type;
      });
  }
}

const engineError = (code: string): Error => Object.assign(new Error(code), { code });

beforeEach(() => jest.useFakeTimers({ now: NOW }));
afterEach(() => jest.useRealTimers());

describe('WHIP POST', () => {
  it('opens a session in the engine and answers', async () => {
    const { engine, signaling } = new Fixture();

    const { sessionId, answer, entityTag } = await signaling.publish(cam, OFFER);

    expect(sessionId).toMatch(/^[0-9a-f]{32}$/);
    expect(entityTag).toMatch(/^"[0-9a-f]{16}"$/);
    expect(answer).toContain('a=recvonly');
    expect(answer).toContain('a=ice-ufrag:ours');
    expect(engine.opened).toMatchObject([
      { streamId: 'cam', sessionId, remoteIce: { usernameFragment: '4ZcD' }, remoteSetup: 'actpass' },
    ]);
  });

  it('waits for its listeners before it answers', async () => {
    const fixture = new Fixture();
    let release = (): void => undefined;
    fixture.signaling.on((event) =>
      event.type === 'publisher-opened' ? new Promise<void>((resolve) => (release = resolve)) : undefined,
    );
    let isAnswered = false;

    const published = fixture.signaling.publish(cam, OFFER).then(() => (isAnswered = true));
    await jest.advanceTimersByTimeAsync(1000);
    expect(isAnswered).toBe(false);
    release();
    await published;

    expect(fixture.told).toEqual(['publisher-opened']);
  });

  it.each(['connected'] as const)('is refused while the publisher is %s', async (state) => {
    const fixture = new Fixture();
    await fixture.publish(state);

    const again = fixture.signaling.publish(cam, OFFER);

    await expect(again).rejects.toThrow(StreamBusyError);
    await expect(again).rejects.toMatchObject({ kind: 'conflict', retryAfterSeconds: 3 });
    expect(fixture.engine.opened).toHaveLength(1);
  });

  it.each(['new', 'connecting', 'disconnected'] as const)('replaces a publisher that is %s', async (state) => {
    const fixture = new Fixture();
    const first = await fixture.publish(state);

    const second = await fixture.publish();

    expect(fixture.engine.closed).toEqual([[first, 'replaced']]);
    expect(fixture.signaling.session(cam, second).state).toBe('new');
    expect(() => fixture.signaling.session(cam, first)).toThrow(SessionNotFoundError);
  });

  it('takes over from a publisher that was lost', async () => {
    const fixture = new Fixture();
    const first = await fixture.publish('connected');
    fixture.engine.state(first, 'closed', 'consent-lost');

    await fixture.publish('connected');

    expect(fixture.told).toEqual([
      'publisher-opened',
      'connected',
      'closed: consent-lost',
      'publisher-opened',
      'connected',
    ]);
  });

  it('two at once: the second replaces the first, and both are answered', async () => {
    const fixture = new Fixture();

    const [first, second] = await Promise.all([fixture.publish(), fixture.publish()]);

    expect(fixture.engine.closed).toEqual([[first, 'replaced']]);
    expect(fixture.signaling.streams()[0]?.publisher?.id).toBe(second);
  });

  it('asks every admission first', async () => {
    const fixture = new Fixture();
    fixture.signaling.admitWith(() => Promise.reject(new NodeDrainingError()));

    await expect(fixture.publish()).rejects.toThrow(NodeDrainingError);

    expect(fixture.engine.opened).toEqual([]);
    expect(fixture.signaling.streams()).toEqual([]);
  });

  it('is refused while the node drains, and publishers that are here stay', async () => {
    const fixture = new Fixture();
    await fixture.publish('connected');
    fixture.signaling.drain();

    await expect(fixture.signaling.publish(parseStreamName('other'), OFFER)).rejects.toMatchObject({
      kind: 'unavailable',
      retryAfterSeconds: 5,
    });

    expect(fixture.signaling.publisherCount).toBe(1);
    expect(fixture.told).toEqual(['publisher-opened', 'connected', 'draining']);
  });

  it.each([
    ['memory-exhausted', NodeFullError],
    ['internal', EngineUnavailableError],
  ])('is refused when the engine says %s, and nothing is listed', async (code, error) => {
    const fixture = new Fixture();
    fixture.engine.failure = engineError(code);

    await expect(fixture.publish()).rejects.toThrow(error);

    expect(fixture.signaling.streams()).toEqual([]);
  });

  it('that a listener turns away leaves nothing behind and is no goodbye', async () => {
    const fixture = new Fixture();
    fixture.signaling.on((event) => {
      if (event.type === 'publisher-opened') throw new RangeError('no room');
    });

    await expect(fixture.publish()).rejects.toThrow('no room');

    expect(fixture.told).toEqual(['publisher-opened', 'closed: connect-timeout']);
    expect(fixture.engine.closed).toHaveLength(1);
    expect(fixture.signaling.streams()).toEqual([]);
  });
});

describe('WHIP PATCH', () => {
  const open = async (): Promise<{ fixture: Fixture; sessionId: string; entityTag: string }> => {
    const fixture = new Fixture();
    const { sessionId, entityTag } = await fixture.signaling.publish(cam, OFFER);
    return { fixture, sessionId, entityTag };
  };

  it('takes candidates without If-Match and with the right one', async () => {
    const { fixture, sessionId, entityTag } = await open();

    for (const ifMatch of [undefined, entityTag, '*', '"*"']) {
      await expect(fixture.signaling.patch(cam, sessionId, candidates(), ifMatch)).resolves.toBeUndefined();
    }
    expect(fixture.engine.restarts).toEqual([]);
  });

  it.each(['10.1.2.3', '169.254.169.254', '127.0.0.1', 'fd00::1', 'fe80::1', 'someone.local'])(
    'sends nothing to an address because a candidate names it: %s is told to nobody',
    async (address) => {
      const fixture = new Fixture();
      const line = `a=candidate:1 1 udp 1 ${address} 40000 typ host`;
      const { sessionId } = await fixture.signaling.publish(cam, OFFER.replace('a=rtcp-mux', `a=rtcp-mux\r\n${line}`));
      const named = candidates('new1').replace('a=candidate:1 1 udp 2130706431 127.0.0.1 40000 typ host', line);
      expect(named).toContain(line);

      await fixture.signaling.patch(cam, sessionId, named.replace('new1', '4ZcD'), undefined);
      await fixture.signaling.patch(cam, sessionId, named, '*');

      expect(fixture.engine.opened).toHaveLength(1);
      expect(fixture.engine.restarts).toHaveLength(1);
      expect(JSON.stringify([fixture.engine.opened, fixture.engine.restarts])).not.toContain(address);
    },
  );

  it('refuses a wrong If-Match', async () => {
    const { fixture, sessionId } = await open();

    await expect(fixture.signaling.patch(cam, sessionId, candidates(), '"other"')).rejects.toThrow(
      EntityTagMismatchError,
    );
  });

  it('wants `If-Match: *` for a new username fragment', async () => {
    const { fixture, sessionId, entityTag } = await open();

    for (const ifMatch of [undefined, entityTag]) {
      await expect(fixture.signaling.patch(cam, sessionId, candidates('new1'), ifMatch)).rejects.toThrow(
        IceRestartConditionRequiredError,
      );
    }
  });

  it.each(['*', '"*"'])('restarts ICE with If-Match: %s', async (ifMatch) => {
    const { fixture, sessionId, entityTag } = await open();

    const restarted = await fixture.signaling.patch(cam, sessionId, candidates('new1'), ifMatch);

    expect(restarted?.fragment).toContain('a=ice-ufrag:again');
    expect(restarted?.entityTag).not.toBe(entityTag);
    expect(fixture.engine.restarts).toMatchObject([{ usernameFragment: 'new1' }]);
    await expect(fixture.signaling.patch(cam, sessionId, candidates('new1'), entityTag)).rejects.toThrow(
      EntityTagMismatchError,
    );
    await expect(fixture.signaling.patch(cam, sessionId, candidates('new1'), undefined)).resolves.toBeUndefined();
  });

  it('takes late candidates of before a restart for what they are', async () => {
    const { fixture, sessionId } = await open();
    await fixture.signaling.patch(cam, sessionId, candidates('new1'), '*');

    await expect(fixture.signaling.patch(cam, sessionId, candidates('4ZcD'), undefined)).resolves.toBeUndefined();
    expect(fixture.engine.restarts).toHaveLength(1);
  });

  it('keeps the session as it was when a restart fails', async () => {
    const { fixture, sessionId, entityTag } = await open();
    fixture.engine.state(sessionId, 'connected');
    fixture.engine.failure = engineError('internal');

    await expect(fixture.signaling.patch(cam, sessionId, candidates('new1'), '*')).rejects.toThrow(
      EngineUnavailableError,
    );

    expect(fixture.signaling.session(cam, sessionId)).toMatchObject({ state: 'connected', entityTag });
    fixture.engine.failure = undefined;
    await expect(fixture.signaling.patch(cam, sessionId, candidates('new1'), '*')).resolves.toBeDefined();
  });

  it('does not know closed sessions, foreign ones and those of another stream', async () => {
    const { fixture, sessionId } = await open();
    const other = parseStreamName('other');
    await expect(fixture.signaling.patch(other, sessionId, candidates(), undefined)).rejects.toThrow(
      SessionNotFoundError,
    );
    await expect(fixture.signaling.patch(cam, '00', candidates(), undefined)).rejects.toThrow(SessionNotFoundError);

    fixture.engine.state(sessionId, 'closed', 'consent-lost');

    await expect(fixture.signaling.patch(cam, sessionId, candidates(), undefined)).rejects.toThrow(
      SessionNotFoundError,
    );
  });
});

describe('WHIP DELETE', () => {
  it('ends the session, which is unknown afterwards', async () => {
    const fixture = new Fixture();
    const sessionId = await fixture.publish('connected');

    await fixture.signaling.end(cam, sessionId);

    expect(fixture.told).toEqual(['publisher-opened', 'connected', 'closed: requested']);
    await expect(fixture.signaling.end(cam, sessionId)).rejects.toThrow(SessionNotFoundError);
  });

  it('of a session that was lost a moment ago is still a goodbye, once', async () => {
    const fixture = new Fixture();
    const sessionId = await fixture.publish('connected');
    fixture.engine.state(sessionId, 'closed', 'peer-closed');

    await fixture.signaling.end(cam, sessionId);

    expect(fixture.told.slice(-2)).toEqual(['closed: peer-closed', 'closed: requested']);
    await expect(fixture.signaling.end(cam, sessionId)).rejects.toThrow(SessionNotFoundError);
  });

  it('is a goodbye too where the close_notify that comes with it is quicker', async () => {
    const fixture = new Fixture();
    const sessionId = await fixture.publish('connected');
    fixture.engine.beforeClosing = () => {
      fixture.engine.state(sessionId, 'closed', 'peer-closed');
    };

    await fixture.signaling.end(cam, sessionId);

    expect(fixture.told.slice(-2)).toEqual(['closed: peer-closed', 'closed: requested']);
    await expect(fixture.signaling.end(cam, sessionId)).rejects.toThrow(SessionNotFoundError);
  });

  it('of a lost session whose stream somebody else has taken over ends nothing', async () => {
    const fixture = new Fixture();
    const first = await fixture.publish('connected');
    fixture.engine.state(first, 'closed', 'consent-lost');
    const second = await fixture.publish('connected');

    await fixture.signaling.end(cam, first);

    expect(fixture.signaling.session(cam, second).state).toBe('connected');
    expect(fixture.told).not.toContain('closed: requested');
  });
});

describe('the engine', () => {
  it('tells states, which are passed on while the session is open', async () => {
    const fixture = new Fixture();
    const sessionId = await fixture.publish();
    for (const state of ['connecting', 'connected', 'disconnected', 'connected'] as const) {
      fixture.engine.state(sessionId, state);
    }
    fixture.engine.state(sessionId, 'closed', 'connect-timeout');
    fixture.engine.state(sessionId, 'connected');

    expect(fixture.told).toEqual([
      'publisher-opened',
      'connecting',
      'connected',
      'disconnected',
      'connected',
      'closed: connect-timeout',
    ]);
    expect(() => fixture.signaling.session(cam, sessionId)).toThrow(SessionNotFoundError);
  });

  it('loses a worker and every publisher in it', async () => {
    const fixture = new Fixture();
    await fixture.publish('connected');

    fixture.engine.tell({ type: 'worker-lost', worker: 0, streamIds: ['cam', 'unknown'] });

    expect(fixture.told.at(-1)).toBe('closed: worker-lost');
    expect(fixture.signaling.publisherCount).toBe(0);
  });

  it('is heard on although a listener fails', async () => {
    const fixture = new Fixture();
    fixture.signaling.on((event) => {
      if (event.type === 'publisher-state') throw new Error('listener');
    });

    await fixture.publish('connected');
    await jest.advanceTimersByTimeAsync(0);

    expect(fixture.errors).toEqual(['A listener failed at publisher-state.']);
  });
});

describe('the list of streams', () => {
  const statistics: TrackStatistics = {
    mid: '0',
    kind: 'audio',
    codecName: 'opus',
    codecString: 'opus',
    width: undefined,
    height: undefined,
    framesPerSecond: 50,
    bitrateBps: 63_999.6,
    bytesReceived: 1000,
    packetsReceived: 10,
    packetsLost: 1,
    packetsRepaired: 2,
    jitterMs: 3,
  };

  it('shows a stream as live777 does, with what we know besides', async () => {
    const fixture = new Fixture();
    const sessionId = await fixture.publish('connected');
    fixture.engine.tell({ type: 'stream-statistics', streamId: 'cam', tracks: [statistics] });
    fixture.signaling.setRecording(cam, true);

    const json: unknown = JSON.parse(
      JSON.stringify(fixture.signaling.streams().map((stream) => new StreamDto(stream))),
    );

    expect(json).toEqual([
      {
        id: 'cam',
        createdAt: NOW,
        publish: {
          leaveAt: 0,
          sessions: [
            {
              id: sessionId,
              createdAt: NOW,
              leaveAt: 0,
              state: 'connected',
              hasDataChannel: false,
              stats: { bytes: 1000, packets: 10, bitrate: 64_000 },
            },
          ],
        },
        subscribe: { leaveAt: NOW, sessions: [] },
        codecs: [
          {
            kind: 'audio',
            codec: 'opus',
            recordable: true,
            fmtp: '',
            codecString: 'opus',
            framesPerSecond: 50,
            bitrate: 64_000,
            packetsLost: 1,
            packetsRepaired: 2,
            jitterMs: 3,
          },
        ],
        recording: true,
        provisioned: false,
        onDemand: false,
        stats: {
          publish: { bytes: 1000, packets: 10, bitrate: 64_000 },
          subscribe: { bytes: 0, packets: 0, bitrate: 0 },
        },
        statsScope: 'node',
      },
    ]);
  });

  it('shows a closed session for 30 s, then the stream is gone', async () => {
    const fixture = new Fixture();
    const sessionId = await fixture.publish('connected');
    await fixture.signaling.end(cam, sessionId);
    await jest.advanceTimersByTimeAsync(29_999);
    expect(new StreamDto(fixture.signaling.stream(cam)).publish).toMatchObject({
      leaveAt: NOW,
      sessions: [{ id: sessionId, state: 'closed', leaveAt: NOW }],
    });

    await jest.advanceTimersByTimeAsync(1);

    expect(() => fixture.signaling.stream(cam)).toThrow(StreamNotFoundError);
  });

  it('keeps a stream while its recording waits', async () => {
    const fixture = new Fixture();
    const sessionId = await fixture.publish('connected');
    fixture.signaling.setRecording(cam, true);
    fixture.engine.state(sessionId, 'closed', 'consent-lost');
    await jest.advanceTimersByTimeAsync(40_000);
    expect(new StreamDto(fixture.signaling.stream(cam)).publish.sessions).toEqual([]);

    fixture.signaling.setRecording(cam, false);

    expect(fixture.signaling.streams()).toEqual([]);
  });

  it('counts the traffic of a stream over all its publishers', async () => {
    const fixture = new Fixture();
    const first = await fixture.publish('connected');
    fixture.engine.tell({ type: 'stream-statistics', streamId: 'cam', tracks: [statistics] });
    await fixture.signaling.end(cam, first);
    await fixture.publish('connected');
    fixture.engine.tell({ type: 'stream-statistics', streamId: 'cam', tracks: [statistics] });

    expect(new StreamDto(fixture.signaling.stream(cam)).stats.publish).toMatchObject({ bytes: 2000, packets: 20 });
  });

  it('is of those streams that were asked for, by name', async () => {
    const fixture = new Fixture();
    for (const name of ['b', 'c', 'a']) await fixture.signaling.publish(parseStreamName(name), OFFER);

    expect(fixture.signaling.streams().map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(fixture.signaling.streams(['c', 'x']).map(({ name }) => name)).toEqual(['c']);
  });
});

describe('DELETE of a stream', () => {
  it('ends its publisher and forgets it', async () => {
    const fixture = new Fixture();
    await fixture.publish('connected');

    await fixture.signaling.deleteStream(cam);

    expect(fixture.told).toEqual(['publisher-opened', 'connected', 'stream-deleted', 'closed: requested']);
    await expect(fixture.signaling.deleteStream(cam)).rejects.toThrow(StreamNotFoundError);
  });
});
