import { HandshakeQueue } from './handshake-queue.js';

async function turnsOfLoop(count: number): Promise<void> {
  for (let left = count; left > 0; left -= 1) await new Promise((resolve) => setImmediate(resolve));
}

/** A queue in whose time every step takes `stepMs`. */
function queueOf(stepMs: number): {
  queue: HandshakeQueue;
  done: string[];
  add: (name: string, isFirst: boolean) => void;
} {
  let nowMs = 0;
  const done: string[] = [];
  const queue = new HandshakeQueue(
    () => false,
    () => nowMs,
  );
  const step = (name: string) => (): void => {
    nowMs += stepMs;
    done.push(name);
  };
  return { queue, done, add: (name, isFirst) => queue.enter(step(name), isFirst) };
}

describe('HandshakeQueue', () => {
  it('does two milliseconds of steps per turn of the loop, and counts their time', async () => {
    const { queue, done, add } = queueOf(1);
    for (let count = 0; count < 5; count += 1) add(String(count), true);
    expect(done).toEqual([]);

    await turnsOfLoop(1);
    expect(done).toEqual(['0', '1']);
    await turnsOfLoop(4);

    expect(done).toEqual(['0', '1', '2', '3', '4']);
    expect(queue.busyMs).toBe(5);
  });

  it('does one step however long it takes', async () => {
    const { done, add } = queueOf(100);
    for (const name of ['a', 'b']) add(name, true);

    await turnsOfLoop(1);
    expect(done).toEqual(['a']);
    await turnsOfLoop(2);

    expect(done).toEqual(['a', 'b']);
  });

  it('takes first and later steps in turn, so that neither wait for all of the others', async () => {
    const { done, add } = queueOf(0);
    for (const name of ['first 1', 'first 2', 'first 3']) add(name, true);
    for (const name of ['later 1', 'later 2']) add(name, false);
    await turnsOfLoop(2);

    expect(done).toEqual(['first 1', 'later 1', 'first 2', 'later 2', 'first 3']);
  });

  it('does nothing more when it is closed', async () => {
    const { queue, done, add } = queueOf(1);
    add('a', true);
    queue.close();
    add('b', true);
    await turnsOfLoop(3);

    expect(done).toEqual([]);
  });
});
