import fc from 'fast-check';
import { EventQueue } from './event-queue.js';
import { SubscriberTooSlowError } from './graphql.errors.js';

const GATHERED_MS = 50;

interface Scene {
  readonly queue: EventQueue<string>;
  readonly push: (key: string, event: string | (() => string)) => void;
  readonly isListening: () => boolean;
}

/** A queue, what fills it, and whether it still listens. */
function scene(limit?: number): Scene {
  let isListening = true;
  let fill: (key: string, tell: () => string) => void = () => undefined;
  const queue = new EventQueue<string>((push) => {
    fill = push;
    return () => {
      isListening = false;
    };
  }, limit);
  return {
    queue,
    push: (key, event) => fill(key, typeof event === 'string' ? () => event : event),
    isListening: () => isListening,
  };
}

/** A subscriber who takes everything as soon as it is there. */
function read({ queue }: Scene): unknown[] {
  const taken: unknown[] = [];
  const readAll = async (): Promise<void> => {
    for await (const value of queue) taken.push(value);
  };
  void readAll();
  return taken;
}

const pass = (durationMs: number): Promise<void> => jest.advanceTimersByTimeAsync(durationMs);

describe('EventQueue', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('gives events in their order, those before and those after they are asked for', async () => {
    const { queue, push } = scene();
    push('a', 'a1');
    push('b', 'b1');
    await pass(GATHERED_MS);
    expect([(await queue.next()).value, (await queue.next()).value]).toEqual(['a1', 'b1']);

    const next = queue.next();
    push('a', 'a2');
    await pass(GATHERED_MS);
    expect((await next).value).toBe('a2');
  });

  it('makes many changes of one thing within a moment one, of which it tells as it is then', async () => {
    const stage = scene();
    const taken = read(stage);
    let state = 0;
    for (; state < 100; state += 1) {
      stage.push('a', () => `a${state}`);
      stage.push('b', 'b');
      if (state % 10 === 0) await pass(1);
    }
    await pass(GATHERED_MS);

    expect(taken).toEqual(['a100', 'b']);
  });

  it('gives the last of several changes that wait', async () => {
    const { queue, push } = scene();
    push('a', 'a1');
    push('b', 'b1');
    await pass(GATHERED_MS);
    push('a', 'a2');
    await pass(GATHERED_MS);

    expect([(await queue.next()).value, (await queue.next()).value]).toEqual(['a2', 'b1']);
  });

  it('always tells of the last state of everything, whenever it changes', async () => {
    const changes = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 0, max: 120 })), {
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(changes, async (all) => {
        const stage = scene();
        const taken = read(stage);
        const last = new Map<string, number>();
        for (const [index, [key, waitMs]] of all.entries()) {
          last.set(key, index);
          stage.push(key, () => `${key} ${last.get(key) ?? ''}`);
          await pass(waitMs);
        }
        await pass(GATHERED_MS);
        const told = new Map(taken.map((one) => String(one).split(' ') as [string, string]));

        expect(Object.fromEntries(told)).toEqual(Object.fromEntries([...last].map(([key, one]) => [key, String(one)])));
      }),
      { numRuns: 50 },
    );
  });

  it('ends with an error when too many things wait, and listens no longer', async () => {
    const { queue, push, isListening } = scene(2);
    push('a', 'a');
    await pass(GATHERED_MS);
    for (const key of ['b', 'c']) push(key, key);
    await pass(GATHERED_MS);

    expect((await queue.next()).value).toBeInstanceOf(SubscriberTooSlowError);
    expect((await queue.next()).done).toBe(true);
    expect(isListening()).toBe(false);
  });

  it('does not blame who takes everything for how much happens at once', async () => {
    const stage = scene(2);
    const taken = read(stage);
    for (let time = 0; time < 2; time += 1) {
      for (const key of ['a', 'b', 'c', 'd']) stage.push(key, key);
      await pass(GATHERED_MS);
    }

    expect(taken).toEqual(['a', 'b', 'c', 'd', 'a', 'b', 'c', 'd']);
  });

  it('ends when its subscriber goes, also while that waits', async () => {
    const { queue, isListening } = scene();
    const next = queue.next();
    await queue.return();

    expect((await next).done).toBe(true);
    expect(isListening()).toBe(false);
  });
});
