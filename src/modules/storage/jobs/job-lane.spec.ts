import { parseObjectKey } from '../ports/object-key.js';
import { JobLane, type LaneHost } from './job-lane.js';
import type { JobTable } from './job-table.js';
import { newJob } from './new-job.js';
import type { Job } from '../entities/job.entity.js';

const TAKEN = parseObjectKey('cam/seg_0001.m4s');
const OWN = parseObjectKey('cam/seg_0001_2.m4s');

/** A row that is renamed between the page that shows it and the second look. */
function renamedOnTheWay(seen: Job, renamed: Job): { host: LaneHost; done: string[] } {
  const done: string[] = [];
  let rows = [seen];
  const table: Pick<JobTable, 'now' | 'due' | 'reread' | 'nextDueMs'> = {
    now: () => new Date(0),
    due: () => Promise.resolve([...rows]),
    reread: () => Promise.resolve(renamed),
    nextDueMs: () => Promise.resolve(undefined),
  };
  const run = ([job]: readonly Job[]): Promise<boolean> => {
    done.push(job?.objectKey ?? '');
    rows = [];
    return Promise.resolve(true);
  };
  const host: LaneHost = {
    table: table as JobTable,
    busyKeys: new Set(),
    permits: () => [{ choice: 'any', take: () => () => undefined, run }],
    permitWaitMs: () => undefined,
    ended: () => undefined,
    warn: (message, cause) => {
      throw new Error(message, { cause });
    },
  };
  return { host, done };
}

it('has nothing to do any more with the key that a job had when it was seen', async () => {
  const [seen, renamed] = [TAKEN, OWN].map((key) =>
    newJob({ kind: 'upload', lane: 'media', key }, { nodeAlias: 'node-1', dueAt: new Date(0) }),
  ) as [Job, Job];
  const { host, done } = renamedOnTheWay(seen, renamed);
  const lane = new JobLane('media', 1, host);

  lane.wake();
  await lane.whenIdle();
  lane.stop();

  expect(done).toEqual([OWN]);
  expect([...host.busyKeys]).toEqual([]);
});
