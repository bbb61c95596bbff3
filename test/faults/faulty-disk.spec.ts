import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { FaultyDisk, type DiskFault } from '../support/faulty-disk.js';
import { decodeErrors } from '../support/judges/ffmpeg.js';
import { makeMedia } from '../support/media.js';
import { alteredObjects, brokenPromises, readPromises } from '../support/promised-objects.js';
import { Publisher } from '../support/publisher.js';
import { StoredRecording, isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

const withDisk = itWith('ffmpeg', 'compiler');

const SLOW_MS = 300;

const startOn = (disk: FaultyDisk): Promise<TestServer> =>
  TestServer.start({ env: { AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '2', ...disk.environment } });

const publish = async (server: TestServer, stream: string, seconds: number): Promise<Publisher> =>
  Publisher.start('datachannel', {
    urls: [server.url(`/whip/${stream}`)],
    media: await makeMedia({ seconds, gopFrames: 30 }),
  });

/** How long answers take that need no sync, asked for one after another until something is over. */
async function longestAnswerMs(server: TestServer, isOver: () => boolean): Promise<number> {
  let longestMs = 0;
  while (!isOver()) {
    const askedAt = performance.now();
    await (await fetch(server.url('/livez'))).text();
    longestMs = Math.max(longestMs, performance.now() - askedAt);
    await pause(10);
  }
  return longestMs;
}

const hold = async (server: TestServer, stream: string, method: 'PUT' | 'DELETE'): Promise<number> => {
  const database = new DatabaseSync(server.database, { readOnly: true });
  const row = database.prepare('SELECT id FROM recording_sessions WHERE stream = ?').get(stream);
  database.close();
  return (await fetch(server.url(`/api/v1/sessions/${String(row?.['id'])}/hold`), { method })).status;
};

function stateOf(server: TestServer, stream: string): { state: string; reason: string | null } | undefined {
  const database = new DatabaseSync(server.database, { readOnly: true });
  try {
    const row = database.prepare('SELECT state, reason FROM recording_sessions WHERE stream = ?').get(stream);
    return row as { state: string; reason: string | null } | undefined;
  } finally {
    database.close();
  }
}

describe('a disk that answers EIO', () => {
  withDisk.each(['write', 'sync'] as const)(
    'at %s ends the recording that is on it with a reason; what was committed and other streams stay',
    async (call) => {
      using disk = new FaultyDisk();
      await using server = await startOn(disk);
      await using broken = await publish(server, 'broken', 8);
      await using well = await publish(server, 'well', 8);
      await pause(4500);
      const promised = readPromises(server.database);

      disk.become({ call, folder: join(server.recordings, 'broken/'), fails: true });
      await until(() => stateOf(server, 'broken')?.state === 'failed', 'the session is failed in the index');

      expect(stateOf(server, 'broken')).toEqual({ state: 'failed', reason: 'io-error' });
      expect(await server.get('/api/record/broken')).toEqual({ recording: false });
      expect(await server.get('/api/record/well')).toEqual({ recording: true });
      disk.become();
      await well.ended();
      await broken.ended();
      await until(() => isFinished(server, 'well'), 'the other recording is finished');
      const now = readPromises(server.database);
      expect(promised.filter(({ key }) => key.startsWith('broken/')).length).toBeGreaterThan(2);
      expect(brokenPromises(promised, now)).toEqual([]);
      expect(await alteredObjects(now, (key) => server.readObject(key))).toEqual([]);
      const other = await StoredRecording.of(server, 'well');
      expect((await other.samples('video')).map(({ hash }) => hash)).toEqual(well.sent.video);
      const kept = await StoredRecording.of(server, 'broken');
      const manifest = server.url(`/api/record/object/${kept.entry.mpd_path}`);
      expect(await (await fetch(manifest)).text()).toContain('type="static"');
      expect(await decodeErrors(manifest)).toBe('');
    },
  );
});

describe('a disk that takes its time', () => {
  withDisk('costs no frame', async () => {
    using disk = new FaultyDisk();
    await using server = await startOn(disk);
    const slow: DiskFault[] = [{ call: 'sync', folder: join(server.folder, 'data/'), delayMs: SLOW_MS }];
    disk.become(...slow);
    await using left = await publish(server, 'left', 8);
    await using right = await publish(server, 'right', 8);
    await left.ended();
    await right.ended();

    for (const [stream, publisher] of [
      ['left', left],
      ['right', right],
    ] as const) {
      await until(() => isFinished(server, stream), `the recording of ${stream} is finished`);
      await until(
        async () => (await StoredRecording.of(server, stream)).entry.duration_ms > 7500,
        'all rows are there',
      );
      const recording = await StoredRecording.of(server, stream);
      expect((await recording.samples('video')).map(({ hash }) => hash)).toEqual(publisher.sent.video);
      expect((await recording.samples('audio')).map(({ hash }) => hash)).toEqual(publisher.owed.audio);
    }
    expect(await alteredObjects(readPromises(server.database), (key) => server.readObject(key))).toEqual([]);
  });
});

describe("a disk of the database's log", () => {
  withDisk('that takes its time lets what is acknowledged wait for it, and nothing else', async () => {
    using disk = new FaultyDisk();
    await using server = await startOn(disk);
    await using _publisher = await publish(server, 'cam', 10);
    await until(() => stateOf(server, 'cam')?.state === 'recording', 'it is recorded');
    disk.become({ call: 'sync', folder: server.database, delayMs: 1500 });

    const askedAt = performance.now();
    let isHeld = false;
    const held = hold(server, 'cam', 'PUT').finally(() => (isHeld = true));
    const longestMs = await longestAnswerMs(server, () => isHeld);

    expect(await held).toBe(204);
    expect(performance.now() - askedAt).toBeGreaterThan(1500);
    expect(longestMs).toBeLessThan(1000);
    disk.become();
  });

  withDisk('that answers EIO keeps anything from being acknowledged; afterwards everything is there', async () => {
    using disk = new FaultyDisk();
    await using server = await startOn(disk);
    await using publisher = await publish(server, 'cam', 9);
    await pause(3000);

    disk.become({ call: 'sync', folder: `${server.database}-wal`, fails: true });
    expect(await hold(server, 'cam', 'PUT')).toBe(500);
    await pause(2500);
    expect(await hold(server, 'cam', 'PUT')).toBe(500);
    expect(await server.get('/api/record/cam')).toEqual({ recording: true });
    disk.become();
    expect(await hold(server, 'cam', 'DELETE')).toBe(204);
    await publisher.ended();
    await until(() => isFinished(server, 'cam'), 'the recording is finished');

    await until(async () => (await StoredRecording.of(server, 'cam')).entry.duration_ms > 8500, 'all rows are there');
    const recording = await StoredRecording.of(server, 'cam');
    expect((await recording.samples('video')).map(({ hash }) => hash)).toEqual(publisher.sent.video);
    expect((await recording.samples('audio')).map(({ hash }) => hash)).toEqual(publisher.owed.audio);
    expect(await alteredObjects(readPromises(server.database), (key) => server.readObject(key))).toEqual([]);
  });
});
