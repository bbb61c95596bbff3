import { DatabaseSync } from 'node:sqlite';
import type { BucketFault } from '../support/bucket/bucket-proxy.js';
import { BucketScene } from '../support/bucket/bucket-scene.js';
import { makeMedia } from '../support/media.js';
import { seededRandom } from '../support/network/seeded-random.js';
import { alteredObjects, brokenPromises } from '../support/promised-objects.js';
import { Publisher } from '../support/publisher.js';
import { StoredRecording } from '../support/recording.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

const withBucket = itWith('ffmpeg', 'minio');
const MOODS: readonly BucketFault[] = [
  'internal-error',
  'forbidden',
  'slow-down',
  'reset',
  'lost-answer',
  'stall',
  'lie-nothing',
  'lie-half',
  'lie-byte',
  'skewed-clock',
];
const MOOD_MS = 1800;
/** How old a live manifest in the bucket may get while it has much else to take. */
const LONGEST_WAIT_MS = 5000;
/** Of all requests, when the moods come mixed. */
const FAULTY_SHARE = 0.4;

const ENV = {
  AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '1',
  // What is stored goes at once: nothing hides that it was not.
  AIRCHECK_RECORDER_SPOOL_KEEP_HOURS: '0',
};

const publish = async ({ server }: BucketScene, seconds: number): Promise<Publisher> =>
  Publisher.start('datachannel', {
    urls: [server.url('/whip/cam')],
    media: await makeMedia({ seconds, gopFrames: 15 }),
  });

/** Every object that has a row is in the spool or in the bucket, as it was, whenever it is looked at. */
async function watch(scene: BucketScene, ending: Promise<unknown>): Promise<string[]> {
  const state = { isOver: false };
  const end = (): void => {
    state.isOver = true;
  };
  ending.then(end, end);
  const faults: string[] = [];
  let before = scene.promises();
  while (!state.isOver) {
    await pause(500);
    const now = scene.promises();
    faults.push(...brokenPromises(before, now));
    faults.push(...(await alteredObjects(now, (key) => scene.readAnywhere(key))));
    before = now;
  }
  await ending;
  return faults;
}

async function expectAllStored(scene: BucketScene, publisher: Publisher): Promise<void> {
  const { server, store } = scene;
  await publisher.ended();
  await scene.published();
  await scene.drained();
  expect(Object.keys(scene.segmentStates())).toEqual(['stored']);
  expect(await scene.alteredInBucket()).toEqual([]);
  const { entry } = await StoredRecording.of(server, 'cam');
  for (const name of ['manifest.mpd', 'video.m3u8', 'audio.m3u8', 'index.m3u8']) {
    const key = entry.mpd_path.replace('manifest.mpd', name);
    const served = await (await fetch(server.url(`/api/record/object/${key}`))).text();
    expect((await store.readObject(key)).toString()).toBe(served);
  }
  const told = scene.promises();
  expect(told.length).toBeGreaterThan(10);
  const overHttp = await alteredObjects(told, async (key) => {
    const response = await fetch(server.url(`/api/record/object/${key}`));
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  });
  expect(overHttp).toEqual([]);
}

describe('a bucket in every bad mood', () => {
  withBucket('has everything in the end, and nothing is given up before', async () => {
    await using scene = await BucketScene.start(ENV);
    const { proxy } = scene;
    await using publisher = await publish(scene, (MOODS.length * MOOD_MS) / 1000 + 8);
    const moods = async (): Promise<void> => {
      for (const mood of MOODS) {
        proxy.become(mood);
        await pause(MOOD_MS);
      }
      const random = seededRandom(51);
      proxy.become(() => (random() < FAULTY_SHARE ? MOODS[Math.floor(random() * MOODS.length)] : undefined));
      await publisher.ended();
      proxy.become();
    };

    const faults = await watch(scene, moods());

    expect(faults).toEqual([]);
    expect(new Set(proxy.requests.map(({ fault }) => fault))).toEqual(new Set([undefined, ...MOODS]));
    await expectAllStored(scene, publisher);
  });
});

describe('a bucket that is away', () => {
  withBucket('gets what it missed, oldest first, and the live manifests meanwhile', async () => {
    await using scene = await BucketScene.start({ ...ENV, AIRCHECK_RECORDER_UPLOAD_CONCURRENCY: '2' });
    const { proxy } = scene;
    await using publisher = await publish(scene, 24);
    await pause(3000);
    proxy.become('away');
    await pause(6000);
    const missed = new Set(scene.uploads());
    expect(missed.size).toBeGreaterThan(8);
    proxy.slowDown(150);
    proxy.become();
    const backAt = proxy.requests.length;
    await until(() => !scene.uploads().some((key) => missed.has(key)), 'what it missed is there', 40_000);
    const puts = proxy.requests.slice(backAt).filter(({ method }) => method === 'PUT');
    proxy.slowDown(0);

    expect(disorder(puts.map(({ key }) => key))).toBeLessThanOrEqual(2);
    const manifests = puts.filter(({ key }) => key.endsWith('.mpd')).map(({ atMs }) => atMs);
    const times = [puts[0]?.atMs ?? 0, ...manifests, puts.at(-1)?.atMs ?? 0];
    expect(manifests.length).toBeGreaterThan(1);
    expect(Math.max(...times.map((atMs, i) => atMs - (times[i - 1] ?? atMs)))).toBeLessThan(LONGEST_WAIT_MS);
    await expectAllStored(scene, publisher);
  });

  withBucket('while the database is locked costs nothing', async () => {
    await using scene = await BucketScene.start(ENV);
    await using publisher = await publish(scene, 14);
    await pause(3000);
    scene.proxy.become('away');
    const database = new DatabaseSync(scene.server.database, { timeout: 1000 });
    database.exec('BEGIN EXCLUSIVE');
    await pause(6000);
    database.exec('ROLLBACK');
    database.close();
    await pause(1000);
    scene.proxy.become();

    await expectAllStored(scene, publisher);
  });
});

/** @returns by how many places a segment came before an older one at most */
function disorder(keys: readonly string[]): number {
  const numbers = keys.map((key) => Number(/\/seg_(\d+)\.m4s$/.exec(key)?.[1] ?? NaN)).filter((n) => !Number.isNaN(n));
  const first = numbers.filter((number, i) => numbers.indexOf(number) === i);
  return Math.max(0, ...first.map((number, place) => first.slice(place).filter((later) => later < number).length));
}
