import type { Engine, EngineEvent, LocalTransport, PublisherOrder } from '../../engine/index.js';
import { EngineUnavailableError } from '../signaling/signaling.errors.js';
import { TooManyChecksError } from './reachability.errors.js';
import { ReachabilityService } from './reachability.service.js';

const OFFER = [
  ...['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0'],
  ...['m=audio 9 UDP/TLS/RTP/SAVPF 111', 'c=IN IP4 0.0.0.0', 'a=ice-ufrag:4ZcD', 'a=ice-pwd:2/1muCWoOi3uLifh0NuRHlit'],
  `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => 'AA').join(':')}`,
  ...['a=setup:actpass', 'a=mid:0', 'a=sendonly', 'a=rtcp-mux', 'a=rtpmap:111 opus/48000/2', ''],
].join('\r\n');

const TRANSPORT: LocalTransport = {
  ice: { usernameFragment: 'ours', password: 'p'.repeat(22) },
  fingerprint: { algorithm: 'sha-256', value: 'AA' },
  setup: 'passive',
  candidates: [],
};

/** An engine that opens what it is asked to, unless it is to fail. */
class FakeEngine {
  readonly opened: PublisherOrder[] = [];
  readonly closed: string[] = [];
  fails = false;
  private listener: (event: EngineEvent) => void = () => undefined;

  on(listener: (event: EngineEvent) => void): () => void {
    this.listener = listener;
    return () => undefined;
  }

  openPublisher(order: PublisherOrder): Promise<LocalTransport> {
    if (this.fails) return Promise.reject(new Error('It is away.'));
    this.opened.push(order);
    return Promise.resolve(TRANSPORT);
  }

  closeSession(sessionId: string): Promise<void> {
    this.closed.push(sessionId);
    return Promise.resolve();
  }

  /** The peer of the last session leaves. */
  endLast(): void {
    const { streamId = '', sessionId = '' } = this.opened.at(-1) ?? {};
    this.listener({ type: 'session-state', streamId, sessionId, state: 'closed', reason: 'peer-closed' });
  }
}

describe('checks of reachability', () => {
  let engine: FakeEngine;
  let service: ReachabilityService;

  beforeEach(() => {
    jest.useFakeTimers();
    engine = new FakeEngine();
    service = new ReachabilityService(engine as unknown as Engine);
  });

  afterEach(() => {
    service.onModuleDestroy();
    jest.useRealTimers();
  });

  it('are sessions of no stream, that are closed after fifteen seconds', async () => {
    await expect(service.check(OFFER)).resolves.toContain('a=ice-ufrag:ours');
    expect(engine.opened[0]?.streamId).toMatch(/^check\//);

    await jest.advanceTimersByTimeAsync(15_000);

    expect(engine.closed).toEqual(engine.opened.map(({ sessionId }) => sessionId));
  });

  it('are limited, and have room again when one ends', async () => {
    for (let count = 0; count < 32; count += 1) await service.check(OFFER);
    await expect(service.check(OFFER)).rejects.toThrow(TooManyChecksError);

    engine.endLast();

    await expect(service.check(OFFER)).resolves.toContain('m=audio');
  });

  it('take no room when the engine cannot open them', async () => {
    engine.fails = true;
    for (let count = 0; count < 40; count += 1)
      await expect(service.check(OFFER)).rejects.toThrow(EngineUnavailableError);
    engine.fails = false;

    await expect(service.check(OFFER)).resolves.toContain('m=audio');
  });

  it('refuse what is no offer, as WHIP does', async () => {
    await expect(service.check('hello')).rejects.toMatchObject({ code: 'sdp-invalid' });
  });
});
