import { EventQueue } from './event-queue.js';
import { SubscriberTooSlowError } from './graphql.errors.js';

/** A queue, what fills it, and whether it still listens. */
function scene(limit?: number): {
  readonly queue: EventQueue<string>;
  readonly push: (key: string, event: string) => void;
  readonly isListening: () => boolean;
} {
  let isListening = true;
  let fill: (key: string, event: string) => void = () => undefined;
  const queue = new EventQueue<string>((push) => {
    fill = push;
    return () => {
      isListening = false;
    };
  }, limit);
  return { queue, push: (key, event) => fill(key, event), isListening: () => isListening };
}

describe('EventQueue', () => {
  it('gives events in their order, those before and those after they are asked for', async () => {
    const { queue, push } = scene();
    push('a', 'a1');
    push('b', 'b1');
    expect([(await queue.next()).value, (await queue.next()).value]).toEqual(['a1', 'b1']);

    const next = queue.next();
    push('a', 'a2');
    expect((await next).value).toBe('a2');
  });

  it('gives the last of several changes of one thing', async () => {
    const { queue, push } = scene();
    push('a', 'a1');
    push('b', 'b1');
    push('a', 'a2');

    expect([(await queue.next()).value, (await queue.next()).value]).toEqual(['a2', 'b1']);
  });

  it('ends with an error when too many things wait, and listens no longer', async () => {
    const { queue, push, isListening } = scene(2);
    for (const key of ['a', 'b', 'c', 'd']) push(key, key);

    expect((await queue.next()).value).toBeInstanceOf(SubscriberTooSlowError);
    expect((await queue.next()).done).toBe(true);
    expect(isListening()).toBe(false);
  });

  it('ends when its subscriber goes, also while that waits', async () => {
    const { queue, isListening } = scene();
    const next = queue.next();
    await queue.return();

    expect((await next).done).toBe(true);
    expect(isListening()).toBe(false);
  });
});
