import { Placement } from './placement.js';

describe('Placement', () => {
  it('spreads streams over idle workers', () => {
    const placement = new Placement(3);

    const workers = ['a', 'b', 'c'].map((streamId) => placement.hold(streamId, 'session'));

    expect(new Set(workers).size).toBe(3);
  });

  it('keeps a stream where it is as long as a session or a recording of it lives', () => {
    const placement = new Placement(2);
    const first = placement.hold('a', 'session');
    placement.hold('a', 'recording');
    placement.reportLoad(first, 90);
    placement.release('a', 'session');

    expect(placement.hold('a', 'next session')).toBe(first);
  });

  it('places a stream anew once nothing of it lives', () => {
    const placement = new Placement(2);
    const first = placement.hold('a', 'session');
    placement.release('a', 'session');
    placement.reportLoad(first, 90);

    expect(placement.hold('a', 'session')).not.toBe(first);
  });

  it('names the streams of a dead worker and gives it none before it reports again', () => {
    const placement = new Placement(2);
    const dead = placement.hold('a', 'session');

    expect(placement.dropWorker(dead)).toEqual(['a']);
    expect(['b', 'c', 'd'].map((streamId) => placement.hold(streamId, 'session'))).not.toContain(dead);
  });
});
