import { QueryFailedError } from 'typeorm';
import { LogNotSyncedError } from '../../../persistence/sqlite-log/log-sync.js';
import { SegmentConflictError } from '../index.errors.js';
import type { CountedSegment } from './commit-segments.js';
import { SegmentBatches } from './segment-batches.js';

const failed = (code: string): Error => new QueryFailedError('INSERT', [], Object.assign(new Error('no'), { code }));

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

  it.each([
    ['a rule', new SegmentConflictError('cam', 3)],
    ['the database', failed('22003')],
  ])('are committed each by itself when %s refuses one of them', async (_who, refusal) => {
    const committed: number[] = [];
    const commits = new SegmentBatches((segments) => {
      if (segments.some(({ segment: { number } }) => number === 3)) return Promise.reject(refusal);
      committed.push(...segments.map(({ segment: { number } }) => number));
      return Promise.resolve();
    });

    const outcomes = await Promise.allSettled([1, 2, 3, 4].map((number) => commits.add(segment(number))));

    expect(committed).toEqual([1, 2, 4]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  });

  it.each([
    ['SQLITE_BUSY', failed('SQLITE_BUSY')],
    ['57P01', failed('57P01')],
    ['a log that is not on the disk', new LogNotSyncedError(new Error('EIO'))],
  ])('all fail at once when the database is away, and later ones are tried: %s', async (_how, failure) => {
    let tries = 0;
    const commits = new SegmentBatches(() => {
      tries += 1;
      return tries < 3 ? Promise.reject(failure) : Promise.resolve();
    });

    const outcomes = await Promise.allSettled([1, 2, 3].map((number) => commits.add(segment(number))));

    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(tries).toBe(2);
    await expect(commits.add(segment(1))).resolves.toBeUndefined();
  });

  it('are not tried on one by one once the database goes away', async () => {
    const tried: number[][] = [];
    const commits = new SegmentBatches((segments) => {
      tried.push(segments.map(({ segment: { number } }) => number));
      if (segments.length > 1) return Promise.reject(failed('22003'));
      return tried.at(-1)?.[0] === 3 ? Promise.reject(failed('ECONNRESET')) : Promise.resolve();
    });

    const outcomes = await Promise.allSettled([1, 2, 3, 4, 5].map((number) => commits.add(segment(number))));

    expect(tried).toEqual([[1], [2, 3, 4, 5], [2], [3]]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  });
});
