import { HandshakeQueue, type HandshakeTurn } from './handshake-queue.js';

const turnOfLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function turnsOfLoop(count: number): Promise<void> {
  for (let left = count; left > 0; left -= 1) await turnOfLoop();
}

describe('HandshakeQueue', () => {
  it('lets eight handshakes begin and the next when one of them ends', async () => {
    const queue = new HandshakeQueue(() => false);
    const begun: number[] = [];
    const turns = Array.from({ length: 10 }, (_, index) => queue.enter(() => begun.push(index)));
    await turnsOfLoop(12);
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);

    turns[3]?.end();
    turns[3]?.end();
    await turnsOfLoop(3);

    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    queue.close();
  });

  it('forgets one that gives up while it waits', async () => {
    const queue = new HandshakeQueue(() => false);
    const begun: number[] = [];
    const turns = Array.from({ length: 10 }, (_, index) => queue.enter(() => begun.push(index)));
    turns[8]?.end();
    turns[0]?.end();
    await turnsOfLoop(12);

    expect(begun).toEqual([1, 2, 3, 4, 5, 6, 7, 9]);
    queue.close();
  });

  it('does one piece of work per turn of the loop, and counts its time', async () => {
    const queue = new HandshakeQueue(() => false);
    let done = 0;
    const turn: HandshakeTurn = queue.enter(() => undefined);
    for (let piece = 0; piece < 3; piece += 1) turn.run(() => (done += 1));

    await turnOfLoop();
    expect(done).toBeLessThan(2);
    await turnsOfLoop(6);

    expect(done).toBe(3);
    expect(queue.busyMs).toBeGreaterThan(0);
    queue.close();
  });

  it('drops the work of a handshake that ended', async () => {
    const queue = new HandshakeQueue(() => false);
    let isDone = false;
    const turn = queue.enter(() => undefined);
    turn.run(() => (isDone = true));
    turn.end();
    await turnsOfLoop(4);

    expect(isDone).toBe(false);
    queue.close();
  });
});
