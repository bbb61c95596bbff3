import type { ListedSession } from '../../signaling/ports/listed-session.js';
import type { SignalingEvent, SignalingListener } from '../../signaling/ports/signaling-event.js';
import { StreamDemand } from '../../signaling/ports/stream-demand.js';
import { parseStreamName } from '../../signaling/ports/stream-name.js';
import { CascadeLink, type LinkedSession } from '../cascade-link.js';
import type { OnDemand } from './source.js';
import { SourcesService } from './sources.service.js';

const cam = parseStreamName('cam');
const endpoint = { url: 'https://other.example/whep/cam', token: 'abc' };
const ON_DEMAND: OnDemand = { closeAfterMs: 10_000, startTimeoutMs: 5_000 };

/** Another server that answers, or not, and what a list of streams shows of it. */
class Stage {
  readonly demand = new StreamDemand();
  readonly sources: SourcesService;
  readonly sessions: ListedSession[] = [];
  failure: Error | undefined;
  /** Answers come when a test lets them. */
  answers: Promise<void> = Promise.resolve();
  attempts = 0;
  viewers: string[] = [];
  private readonly listeners = new Set<SignalingListener>();
  private readonly links = new Set<CascadeLink>();
  private publishing: { id: string; state: string } | undefined;

  constructor(onDemand?: OnDemand) {
    this.sources = new SourcesService({
      cascades: {
        keepPulling: () => this.newLink(),
        release: async (link) => {
          this.links.delete(link);
          await link.stop();
        },
      },
      signaling: {
        on: (listener) => {
          this.listeners.add(listener);
          return () => this.listeners.delete(listener);
        },
        findStream: () => ({ publisher: this.publishing, openSubscribers: this.viewers }) as never,
      },
      demand: this.demand,
      onDemandOf: () => onDemand,
      log: { warn: () => undefined, error: () => undefined },
    });
  }

  get isPublished(): boolean {
    return this.publishing !== undefined;
  }

  tell(event: SignalingEvent): void {
    for (const link of this.links) link.hear(event);
    for (const listener of this.listeners) void listener(event);
  }

  connect(): void {
    const { publishing } = this;
    if (publishing === undefined) throw new Error('Nobody publishes.');
    publishing.state = 'connected';
    this.tell({ type: 'publisher-state', stream: cam, sessionId: publishing.id, state: 'connected' });
  }

  lose(): void {
    const { publishing } = this;
    if (publishing === undefined) throw new Error('Nobody publishes.');
    publishing.state = 'disconnected';
    this.tell({ type: 'publisher-state', stream: cam, sessionId: publishing.id, state: 'disconnected' });
  }

  watch(viewer: string): void {
    this.viewers.push(viewer);
    this.tell({ type: 'subscriber-opened', stream: cam, sessionId: viewer });
  }

  leave(viewer: string): void {
    this.viewers = this.viewers.filter((one) => one !== viewer);
    this.tell({ type: 'subscriber-closed', stream: cam, sessionId: viewer, reason: 'requested' });
  }

  private newLink(): CascadeLink {
    const link = new CascadeLink({
      stream: cam,
      direction: 'pull',
      url: endpoint.url,
      connect: () => this.open(),
      disconnect: (id) => this.end(id),
      isPermanent: true,
      clock: { epochMs: () => 0, monotonicMs: () => performance.now() },
      random: () => 1,
      ended: () => undefined,
      connected: () => undefined,
      attempted: () => undefined,
    });
    this.links.add(link);
    link.keepTrying();
    return link;
  }

  private async open(): Promise<LinkedSession> {
    this.attempts += 1;
    await this.answers;
    if (this.failure !== undefined) throw this.failure;
    if (this.publishing !== undefined) throw new Error('busy');
    const publishing = { id: String(this.attempts), state: 'new' };
    this.publishing = publishing;
    const session = publishing as ListedSession & typeof publishing;
    return { session, leave: () => undefined, isOutdated: () => false };
  }

  private async end(id: string): Promise<void> {
    await this.answers;
    if (this.publishing?.id !== id) return;
    this.publishing.state = 'closed';
    this.publishing = undefined;
    this.tell({ type: 'publisher-closed', stream: cam, sessionId: id, reason: 'requested' });
  }
}

const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

describe('a source', () => {
  it('is fetched from its configuration on, and tells how that goes', async () => {
    const stage = new Stage();
    stage.failure = new Error('away');
    const state = (): string => stage.sources.of(cam).state;

    stage.sources.configure(cam, endpoint);
    expect(state()).toBe('initializing');
    await pass(0);
    expect([state(), stage.sources.of(cam).lastError]).toEqual(['error', stage.failure]);
    stage.failure = undefined;
    await pass(1_000);
    stage.connect();
    expect([state(), stage.sources.of(cam).lastError]).toEqual(['connected', undefined]);
    stage.lose();
    expect(state()).toBe('reconnecting');

    expect(stage.sources.list.map(({ stream, url }) => [stream, url])).toEqual([['cam', endpoint.url]]);
    await expect(stage.sources.remove(cam)).rejects.toMatchObject({ code: 'source-configured' });
  });

  it('that is asked for is told of when media can flow, and removed with its session', async () => {
    const stage = new Stage();
    const created = stage.sources.create(cam, endpoint);
    await pass(0);
    stage.connect();

    expect((await created).state).toBe('connected');
    await expect(stage.sources.create(cam, endpoint)).rejects.toMatchObject({ code: 'source-exists' });
    expect(await stage.sources.remove(cam)).toBe(true);
    expect([stage.isPublished, stage.sources.list]).toEqual([false, []]);
    expect(await stage.sources.remove(cam)).toBe(false);
    await pass(100_000);
    expect(stage.attempts).toBe(1);
  });

  it('that is asked for is told of after some seconds without media, and goes on', async () => {
    const stage = new Stage();
    const created = stage.sources.create(cam, endpoint);
    await pass(6_000);

    expect((await created).state).toBe('initializing');
    stage.connect();
    expect(stage.sources.of(cam).state).toBe('connected');
  });

  it('whose first attempt fails is none', async () => {
    const stage = new Stage();
    stage.failure = new Error('away');

    await expect(stage.sources.create(cam, endpoint)).rejects.toThrow('away');
    await pass(100_000);

    expect([stage.attempts, stage.sources.list]).toEqual([1, []]);
    expect(() => stage.sources.of(cam)).toThrow(expect.objectContaining({ code: 'source-not-found' }) as Error);
  });

  it('that is removed during its first attempt is none, and another one in its place stays', async () => {
    const stage = new Stage();
    let answer = (): void => undefined;
    stage.answers = new Promise((resolve) => (answer = resolve));
    const created = expect(stage.sources.create(cam, endpoint)).rejects.toMatchObject({ code: 'source-not-found' });
    const removed = stage.sources.remove(cam);
    stage.sources.configure(cam, endpoint);

    answer();

    await created;
    expect(await removed).toBe(true);
    expect(stage.sources.of(cam).isConfigured).toBe(true);
  });

  it('that was asked for ends with its stream, one of the configuration does not', async () => {
    const [asked, configured] = [new Stage(ON_DEMAND), new Stage(ON_DEMAND)];
    await asked.sources.create(cam, endpoint);
    configured.sources.configure(cam, endpoint);

    for (const stage of [asked, configured]) stage.tell({ type: 'stream-ended', stream: cam, reason: 'api-deleted' });
    await pass(0);

    expect([asked.sources.list.length, configured.sources.list.length]).toEqual([0, 1]);
  });
});

describe('a source on demand', () => {
  it('is fetched with the first viewer, until some time after the last one', async () => {
    const stage = new Stage(ON_DEMAND);
    stage.sources.configure(cam, endpoint);
    await pass(60_000);
    expect([stage.attempts, stage.sources.of(cam).state]).toEqual([0, 'disconnected']);

    stage.watch('a');
    stage.watch('b');
    await pass(0);
    stage.connect();
    stage.leave('a');
    await pass(60_000);
    stage.leave('b');
    await pass(9_000);
    stage.watch('c');
    await pass(60_000);
    expect([stage.attempts, stage.isPublished]).toEqual([1, true]);
    stage.leave('c');
    await pass(10_000);

    expect([stage.attempts, stage.isPublished, stage.sources.of(cam).state]).toEqual([1, false, 'disconnected']);
    stage.watch('d');
    await pass(0);
    expect(stage.attempts).toBe(2);
  });

  it('is fetched again for who comes while it is being ended, after that', async () => {
    const stage = new Stage(ON_DEMAND);
    stage.sources.configure(cam, endpoint);
    stage.watch('a');
    await pass(0);
    stage.connect();
    let answer = (): void => undefined;
    stage.answers = new Promise((resolve) => (answer = resolve));
    stage.leave('a');
    await pass(10_000);

    stage.watch('b');
    await pass(0);
    expect(stage.attempts).toBe(1);
    answer();
    await pass(0);

    expect([stage.attempts, stage.isPublished]).toEqual([2, true]);
  });

  it('is there for as long as a recording that was asked for goes on', async () => {
    const stage = new Stage(ON_DEMAND);
    stage.sources.configure(cam, endpoint);
    const begun = stage.demand.during(cam, () => {
      stage.demand.setRecorded(cam, true);
      return Promise.resolve(stage.isPublished);
    });
    await pass(1_000);
    stage.connect();

    expect(await begun).toBe(true);
    await pass(60_000);
    expect(stage.isPublished).toBe(true);
    stage.demand.setRecorded(cam, false);
    await pass(10_000);
    expect(stage.isPublished).toBe(false);
  });

  it('is waited for in vain for so long, and wanted meanwhile', async () => {
    const stage = new Stage({ ...ON_DEMAND, closeAfterMs: 0 });
    stage.failure = new Error('away');
    stage.sources.configure(cam, endpoint);
    let isOver = false;
    const failed = stage.demand.during(cam, () => {
      isOver = true;
      return Promise.reject(new Error('nobody publishes'));
    });
    const refusal = expect(failed).rejects.toThrow('nobody publishes');
    await pass(4_999);
    expect([isOver, stage.sources.of(cam).state]).toEqual([false, 'error']);
    await pass(1);

    await refusal;
    await pass(1);
    expect(stage.sources.of(cam).state).toBe('disconnected');
  });

  it('is waited for no more once nobody wants to', async () => {
    const stage = new Stage(ON_DEMAND);
    stage.failure = new Error('away');
    stage.sources.configure(cam, endpoint);
    const waitsNoMore = new AbortController();
    const done = [1, 2].map((one) => stage.demand.during(cam, () => Promise.resolve(one), waitsNoMore.signal));
    await pass(1);

    waitsNoMore.abort();

    await expect(Promise.all(done)).resolves.toEqual([1, 2]);
    await expect(stage.demand.during(cam, () => Promise.resolve(3), waitsNoMore.signal)).resolves.toBe(3);
    await pass(10_000);
    expect(stage.sources.of(cam).state).toBe('disconnected');
  });

  it('is nothing that a stream without one waits for', async () => {
    expect(await new Stage().demand.during(cam, () => Promise.resolve('now'))).toBe('now');
  });
});
