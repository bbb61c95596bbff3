import { systemClock } from '../shared/clock.js';
import { WorkerTurns } from './worker-turns.js';

/** A worker's turns by hand: what they did, in order. */
class Stage {
  readonly done: string[] = [];
  nowMs = 1000;
  heard: () => void = () => undefined;
  readonly turns = new WorkerTurns(
    { advance: (nowMs) => this.done.push(`turned ${nowMs}`) },
    { ...systemClock, monotonicMs: () => this.nowMs },
    {
      hearArrived: () => {
        this.done.push('heard');
        return new Promise<void>((done) => (this.heard = done));
      },
    },
  );

  async turnAt(nowMs: number): Promise<void> {
    this.nowMs = nowMs;
    await this.turns.turn();
  }
}

describe('The turns of a worker', () => {
  let stage: Stage;

  beforeEach(() => {
    jest.useFakeTimers();
    stage = new Stage();
  });

  afterEach(() => {
    stage.turns.close();
    jest.useRealTimers();
  });

  it('are taken at once while they come in time', async () => {
    await stage.turnAt(1010);
    await stage.turnAt(1150);

    expect(stage.done).toEqual(['turned 1010', 'turned 1150']);
  });

  it('wait after a stall until what has arrived was heard, and go on from then', async () => {
    await stage.turnAt(1150);
    stage.done.length = 0;
    const held = stage.turnAt(4000);
    await stage.turnAt(4010);
    expect(stage.done).toEqual(['heard']);
    stage.nowMs = 4030;
    stage.heard();
    await held;
    await stage.turnAt(4040);

    expect(stage.done).toEqual(['heard', 'turned 4030', 'turned 4040']);
  });

  it('end with it, the one that waits among them', async () => {
    const held = stage.turnAt(4000);
    stage.turns.close();
    stage.heard();
    await held;
    await stage.turnAt(4010);

    expect(stage.done).toEqual(['heard']);
  });
});
