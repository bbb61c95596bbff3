import { SegmentConflictError } from '../index.errors.js';
import type { CountedSegment } from './commit-segments.js';
import { SegmentBatches } from './segment-batches.js';

const segment = (number: number): CountedSegment => ({
  segment: { recordingSessionId: 's1', directory: 'cam/2026/11/20', period: 0, objects: [], number },
  reception: [],
});

describe('segments that come at the same time', () => {
  it('are committed together while the one before is', async () => {
    const batches: number[][] = [];
    const commits = new SegmentBatches((segments) => {
      batches.push(segments.map(({ segment: { number } }) => number));
      return Promise.resolve();
    });

    await Promise.all([1, 2, 3, 4].map((number) => commits.add(segment(number))));

    expect(batches).toEqual([[1], [2, 3, 4]]);
  });

  it('are committed each by itself when a rule refuses one of them', async () => {
    const committed: number[] = [];
    const commits = new SegmentBatches((segments) => {
      if (segments.some(({ segment: { number } }) => number === 3))
        return Promise.reject(new SegmentConflictError('cam', 3));
      committed.push(...segments.map(({ segment: { number } }) => number));
      return Promise.resolve();
    });

    const outcomes = await Promise.allSettled([1, 2, 3, 4].map((number) => commits.add(segment(number))));

    expect(committed).toEqual([1, 2, 4]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  });

  it('all fail at once when the database does, and later ones are tried', async () => {
    let tries = 0;
    const commits = new SegmentBatches(() => {
      tries += 1;
      return tries < 3 ? Promise.reject(new Error('the database is away')) : Promise.resolve();
    });

    const outcomes = await Promise.allSettled([1, 2, 3].map((number) => commits.add(segment(number))));

    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(tries).toBe(2);
    await expect(commits.add(segment(1))).resolves.toBeUndefined();
  });
});
