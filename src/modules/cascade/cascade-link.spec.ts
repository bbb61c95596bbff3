import type { SessionState } from '../../engine/index.js';
import type { ListedSession } from '../signaling/ports/listed-session.js';
import { parseStreamName } from '../signaling/ports/stream-name.js';
import { CascadeLink, type LinkedSession } from './cascade-link.js';

const stream = parseStreamName('cam');

/** A link whose attempts a test lets succeed or fail. */
class Stage {
  readonly left: string[] = [];
  readonly disconnected: string[] = [];
  readonly states = new Map<string, SessionState>();
  ended = 0;
  connected = 0;
  isOutdated = false;
  attempts = 0;
  failure: Error | undefined;
  readonly link: CascadeLink;

  constructor(isPermanent = false, direction: 'pull' | 'push' = 'pull') {
    this.link = new CascadeLink({
      stream,
      direction: direction,
      url: 'https://example.org/whep/cam',
      connect: () => this.connect(),
      disconnect: (id) => {
        this.disconnected.push(id);
        return Promise.resolve();
      },
      isPermanent: isPermanent,
      clock: { epochMs: () => 0, monotonicMs: () => performance.now() },
      random: () => 1,
      ended: () => (this.ended += 1),
      connected: () => (this.connected += 1),
      attempted: () => undefined,
    });
  }

  tell(id: string, state: SessionState, reason: 'requested' | 'consent-lost' | 'replaced' = 'consent-lost'): void {
    this.states.set(id, state);
    if (state === 'closed') this.link.hear({ type: 'publisher-closed', stream, sessionId: id, reason });
    else this.link.hear({ type: 'publisher-state', stream, sessionId: id, state });
  }

  private connect(): Promise<LinkedSession> {
    this.attempts += 1;
    if (this.failure !== undefined) return Promise.reject(this.failure);
    const id = String(this.attempts);
    const { states } = this;
    states.set(id, 'new');
    const session = {
      id,
      get state() {
        return states.get(id) ?? 'closed';
      },
    } as ListedSession;
    return Promise.resolve({ session, leave: () => this.left.push(id), isOutdated: () => this.isOutdated });
  }
}

/** Lets so much time pass, and everything happen that it brings. */
const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

it('fails with its first attempt, and tries no more', async () => {
  const stage = new Stage();
  stage.failure = new Error('away');

  await expect(stage.link.start()).rejects.toThrow('away');
  await pass(100_000);

  expect(stage.attempts).toBe(1);
});

it('opens another session for one that was lost, for ever', async () => {
  const stage = new Stage();
  await stage.link.start();
  stage.tell('1', 'connected');
  expect(stage.link.state).toBe('connected');

  stage.failure = new Error('away');
  stage.tell('1', 'closed');
  expect([stage.link.state, stage.left]).toEqual(['waiting', ['1']]);
  await pass(600_000);
  expect(stage.attempts).toBeGreaterThan(15);
  expect(stage.link.lastError).toBe(stage.failure);
  stage.failure = undefined;
  await pass(30_000);
  const id = String(stage.attempts);
  stage.tell(id, 'connected');

  expect([stage.link.state, stage.link.lastError]).toEqual(['connected', undefined]);
  expect([stage.link.wasConnected, stage.connected]).toEqual([true, 2]);
  await pass(600_000);
  expect(String(stage.attempts)).toBe(id);
});

it('puts another session in the place of a silent one, unless it is heard again', async () => {
  const stage = new Stage();
  await stage.link.start();
  stage.tell('1', 'connected');
  stage.tell('1', 'disconnected');
  stage.tell('1', 'connected');
  await pass(60_000);
  expect(stage.attempts).toBe(1);

  stage.tell('1', 'disconnected');
  await pass(1_000);

  expect(stage.attempts).toBe(2);
  expect([stage.left, stage.disconnected]).toEqual([['1'], ['1']]);
  stage.tell('1', 'closed', 'replaced');
  await pass(60_000);
  expect(stage.attempts).toBe(2);
});

it('ends with its session or its stream, when somebody wants that', async () => {
  const [byStream, bySession] = [new Stage(), new Stage()];
  await Promise.all([byStream.link.start(), bySession.link.start()]);

  byStream.link.hear({ type: 'stream-ended', stream, reason: 'orphaned' });
  byStream.link.hear({ type: 'stream-ended', stream, reason: 'api-deleted' });
  bySession.tell('1', 'closed', 'requested');
  await pass(100_000);

  expect([byStream.ended, bySession.ended]).toEqual([1, 1]);
  expect([byStream.left, bySession.left]).toEqual([['1'], ['1']]);
  expect([byStream.attempts, bySession.attempts]).toEqual([1, 1]);
});

it('opens another session, after the end of the first, for a stream that is another one than before', async () => {
  const stage = new Stage();
  await stage.link.start();
  stage.tell('1', 'connected');
  stage.link.hear({ type: 'streams-changed', stream });
  expect(stage.left).toEqual([]);

  stage.isOutdated = true;
  stage.link.hear({ type: 'streams-changed', stream });
  stage.isOutdated = false;
  expect([stage.left, stage.disconnected, stage.attempts]).toEqual([['1'], ['1'], 1]);
  await pass(1_000);

  expect(stage.attempts).toBe(2);
});

it('comes back whoever ends it, when it is part of the configuration', async () => {
  const stage = new Stage(true);
  stage.link.keepTrying();
  await pass(0);
  stage.link.hear({ type: 'stream-ended', stream, reason: 'api-deleted' });
  stage.tell('1', 'closed', 'requested');
  await pass(1_000);

  expect([stage.attempts, stage.ended]).toEqual([2, 0]);
});

it('is tried at once when there is something to push', async () => {
  const stage = new Stage(true, 'push');
  stage.failure = new Error('nobody publishes');
  stage.link.keepTrying();
  await pass(600_000);
  const { attempts } = stage;

  stage.failure = undefined;
  stage.link.hear({ type: 'publisher-opened', stream, sessionId: 'p', tracks: [] });
  await pass(0);

  expect(stage.attempts).toBe(attempts + 1);
});

it('leaves nothing behind when it is stopped in the middle of an attempt', async () => {
  const stage = new Stage();
  const started = stage.link.start();

  await Promise.all([stage.link.stop(), started]);
  await pass(100_000);

  expect([stage.left, stage.disconnected, stage.attempts]).toEqual([['1'], ['1'], 1]);
});
