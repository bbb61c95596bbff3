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
    placement.reportLoad({ worker: first, cpuPercent: 90, strainedSeconds: 0 });
    placement.release('a', 'session');

    expect(placement.hold('a', 'next session')).toBe(first);
  });

  it('places a stream anew once nothing of it lives', () => {
    const placement = new Placement(2);
    const first = placement.hold('a', 'session');
    placement.release('a', 'session');
    placement.reportLoad({ worker: first, cpuPercent: 90, strainedSeconds: 0 });

    expect(placement.hold('a', 'session')).not.toBe(first);
  });

  it('avoids a worker that had a bad second, but not with all of a burst', () => {
    const placement = new Placement(2);
    placement.reportLoad({ worker: 0, cpuPercent: 0, strainedSeconds: 1 });

    const workers = Array.from({ length: 20 }, (_, index) => placement.hold(`cam-${index}`, 'session'));

    expect(workers.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 1));
    expect(workers.filter((worker) => worker === 0)).toHaveLength(5);
  });

  it('gives an overstrained worker nothing while another is not, whatever that has to do', () => {
    const placement = new Placement(3);
    placement.reportLoad({ worker: 0, cpuPercent: 5, strainedSeconds: 3 });
    placement.reportLoad({ worker: 1, cpuPercent: 95, strainedSeconds: 0 });
    placement.dropWorker(2);

    const workers = Array.from({ length: 50 }, (_, index) => placement.hold(`cam-${index}`, 'session'));

    expect(new Set(workers)).toEqual(new Set([1]));
  });

  it('goes by processor use where all are overstrained', () => {
    const placement = new Placement(2);
    placement.reportLoad({ worker: 0, cpuPercent: 60, strainedSeconds: 3 });
    placement.reportLoad({ worker: 1, cpuPercent: 20, strainedSeconds: 5 });

    expect(placement.hold('a', 'session')).toBe(1);
  });

  it('names the streams of a dead worker and gives it none before it reports again', () => {
    const placement = new Placement(2);
    const dead = placement.hold('a', 'session');

    expect(placement.dropWorker(dead)).toEqual(['a']);
    expect(['b', 'c', 'd'].map((streamId) => placement.hold(streamId, 'session'))).not.toContain(dead);
  });
});
