import { StrangerAllowance } from './stranger-allowance.js';

describe('StrangerAllowance', () => {
  it('gives each session two hundred a second, and no more for having asked for none', () => {
    let nowMs = 0;
    const allowance = new StrangerAllowance({ epochMs: () => 0, monotonicMs: () => nowMs });
    const taken = (sessionId: string): number =>
      Array.from({ length: 1000 }, () => allowance.take(sessionId)).filter(Boolean).length;

    expect([taken('one'), taken('one'), taken('another')]).toEqual([200, 0, 200]);
    nowMs += 500;
    expect(taken('one')).toBe(100);
    nowMs += 60_000;
    expect(taken('one')).toBe(200);
    allowance.forget('one');
    expect(taken('one')).toBe(200);
  });
});
