import { BaseDirInvalidError, BaseDirTakenError } from './recorder.errors.js';
import { StreamNotFoundError } from '../signaling/signaling.errors.js';
import { parseStreamName } from '../signaling/ports/stream-name.js';
import { segment } from './testing/fake-engine.js';
import { MemoryIndex } from './testing/memory-index.js';
import { cam, RecorderFixture } from './testing/recorder-fixture.js';

const NOON = '2026-11-20T12:00:00.000Z';
const today = 'cam/2026/11/20';

const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

beforeEach(() => jest.useFakeTimers({ now: Date.parse(NOON) }));
afterEach(() => jest.useRealTimers());

describe('somebody ends it', () => {
  it('WHIP DELETE: committed and static at once', async () => {
    const fixture = new RecorderFixture();
    const id = await fixture.publish();
    fixture.engine.closing = () => [{ type: 'segment-closed', segment: segment(id, 1) }];

    await fixture.close('requested');

    expect(fixture.index.log).toEqual(['open', 'recording', 'finalizing', 'segment 1', 'completed']);
    expect(fixture.index.onlyRow.reason).toBe('publisher-left');
    expect(fixture.manifests.written.at(-1)).toBe(`${today} static`);
    expect(fixture.signaling.recording.size).toBe(0);
  });

  it('WHIP DELETE of a publisher that was lost a moment ago', async () => {
    const fixture = new RecorderFixture();
    await fixture.publish();
    await fixture.close('consent-lost');

    await fixture.close('requested');

    expect(fixture.index.onlyRow).toMatchObject({ state: 'completed', reason: 'publisher-left' });
  });

  it('DELETE of the stream', async () => {
    const fixture = new RecorderFixture();
    await fixture.publish();

    await fixture.signaling.tell({ type: 'stream-deleted', stream: cam });
    await fixture.close('requested');

    expect(fixture.index.onlyRow).toMatchObject({ state: 'completed', reason: 'stream-deleted' });
  });

  it('DELETE /api/record: nothing starts again before the next publish', async () => {
    const fixture = new RecorderFixture();
    await fixture.publish('a');

    await fixture.recorder.stop(cam);
    expect(fixture.index.onlyRow).toMatchObject({ state: 'completed', reason: 'requested' });
    await fixture.disconnect('a');
    await fixture.connect('a');
    expect(fixture.recorder.isRecording(cam)).toBe(false);

    await fixture.close('requested', 'a');
    await fixture.publish('b');
    expect(fixture.recorder.isRecording(cam)).toBe(true);
  });

  it('DELETE /api/record of a stream nobody knows changes nothing', async () => {
    await expect(new RecorderFixture().recorder.stop(cam)).resolves.toBeUndefined();
  });

  it('DELETE /api/record answers although the database is away', async () => {
    const fixture = new RecorderFixture();
    await fixture.publish();
    fixture.index.isAway = true;

    const stopped = fixture.recorder.stop(cam);
    await pass(5_000);
    await stopped;
    expect(fixture.engine.running.size).toBe(0);

    fixture.index.isAway = false;
    await pass(10_000);
    expect(fixture.index.onlyRow.state).toBe('completed');
  });
});

describe('POST /api/record', () => {
  const manual = (): RecorderFixture => new RecorderFixture(new MemoryIndex(), {}, { patterns: [] });

  it('starts a recording of a live stream', async () => {
    const fixture = manual();
    await fixture.publish();

    const started = await fixture.recorder.start(cam);
    await fixture.rest();

    expect(started).toEqual({
      sessionId: fixture.index.onlyRow.id,
      stream: 'cam',
      startedAt: new Date(NOON),
      directory: today,
      mpdPath: `${today}/manifest.mpd`,
    });
    expect(fixture.index.onlyRow).toMatchObject({ trigger: 'api', state: 'recording' });
  });

  it('for a stream that is not live: not found', async () => {
    const fixture = manual();
    await expect(fixture.recorder.start(cam)).rejects.toThrow(StreamNotFoundError);

    await fixture.publish();
    await fixture.close('requested');
    await expect(fixture.recorder.start(cam)).rejects.toThrow(StreamNotFoundError);
  });

  it('has a stream that is fetched on demand brought, and wants it until the recording ends', async () => {
    const fixture = manual();
    fixture.demand.awakenBy(async (_stream, task) => {
      await fixture.publish();
      return task();
    });

    await fixture.recorder.start(cam);
    expect(fixture.demand.isRecorded(cam)).toBe(true);
    await fixture.recorder.stop(cam);

    expect(fixture.demand.isRecorded(cam)).toBe(false);
  });

  describe('of a stream that is fetched on demand and away for longer than it is waited for', () => {
    const away = async (brings: boolean): Promise<RecorderFixture> => {
      const fixture = manual();
      fixture.demand.awakenBy(
        (_stream, task) => task(),
        () => brings,
      );
      await fixture.publish('a');
      await fixture.recorder.start(cam, 'shows/one');
      await fixture.close('consent-lost', 'a');
      await pass(60_000);
      expect(fixture.index.onlyRow).toMatchObject({ state: 'completed', reason: 'publisher-lost' });
      return fixture;
    };

    it('wants it on, and begins again when it is back', async () => {
      const fixture = await away(true);
      expect(fixture.demand.isRecorded(cam)).toBe(true);

      await fixture.publish('b');

      const [, again] = [...fixture.index.rows.values()];
      expect(again).toMatchObject({ state: 'recording', trigger: 'api', baseDir: 'shows/one' });
    });

    it('is ended by who asked for it', async () => {
      const fixture = await away(true);

      await fixture.recorder.stop(cam);
      await fixture.publish('b');

      expect([fixture.demand.isRecorded(cam), fixture.recorder.isRecording(cam)]).toEqual([false, false]);
    });

    it('leaves the directory to who has taken it meanwhile, and the stream is live', async () => {
      const fixture = await away(true);
      fixture.index.owners.set('shows/one', 'other');

      await fixture.publish('b');

      expect(fixture.recorder.isRecording(cam)).toBe(false);
      expect(new Set(fixture.warnings)).toEqual(new Set(['cam is not being recorded.']));
    });

    it('is over where nobody brings it', async () => {
      const fixture = await away(false);

      await fixture.publish('b');

      expect([fixture.demand.isRecorded(cam), fixture.recorder.isRecording(cam)]).toEqual([false, false]);
    });
  });

  it('for a stream that does not connect yet waits with it', async () => {
    const fixture = manual();
    await fixture.open();

    await fixture.recorder.start(cam);
    expect(fixture.index.rows.size).toBe(0);
    expect(fixture.recorder.isRecording(cam)).toBe(false);

    await fixture.connect();
    expect(fixture.index.onlyRow.state).toBe('recording');
    expect(fixture.recorder.isRecording(cam)).toBe(true);
    expect(fixture.signaling.recording).toEqual(new Set(['cam']));
  });

  it('while it records without or with the same base_dir returns what runs', async () => {
    const fixture = manual();
    await fixture.publish();
    const first = await fixture.recorder.start(cam, 'shows/one');
    await pass(5_000);

    expect(await fixture.recorder.start(cam, 'shows/one')).toEqual(first);
    expect(await fixture.recorder.start(cam)).toEqual(first);
    expect(fixture.engine.orders).toHaveLength(1);
  });

  it('inside the window returns what is interrupted', async () => {
    const fixture = new RecorderFixture();
    await fixture.publish();
    await fixture.close('consent-lost');

    await expect(fixture.recorder.start(cam)).resolves.toMatchObject({ directory: today });
  });

  it('with another base_dir ends what runs and starts there', async () => {
    const fixture = new RecorderFixture();
    await fixture.publish();

    const started = await fixture.recorder.start(cam, 'shows/one');
    await fixture.rest();

    expect(started).toMatchObject({ directory: 'shows/one', mpdPath: 'shows/one/manifest.mpd' });
    expect([...fixture.index.rows.values()]).toMatchObject([
      { state: 'completed', reason: 'base-dir-changed', directory: today },
      { state: 'recording', trigger: 'api', directory: 'shows/one', baseDir: 'shows/one' },
    ]);
    expect(fixture.signaling.recording).toEqual(new Set(['cam']));
  });

  it('with a base_dir of another stream is refused, and what runs goes on', async () => {
    const fixture = new RecorderFixture();
    await fixture.publish();
    fixture.index.owners.set('shows/one', 'other');

    await expect(fixture.recorder.start(cam, 'shows/one')).rejects.toThrow(BaseDirTakenError);

    expect(fixture.index.onlyRow.state).toBe('recording');
  });

  it('with a base_dir that another stream uses without a row yet is refused', async () => {
    const fixture = manual();
    const other = parseStreamName('other');
    await fixture.open('a');
    await fixture.open('b', other);
    await fixture.recorder.start(other, 'shows/one');

    await expect(fixture.recorder.start(cam, 'shows/one')).rejects.toThrow(BaseDirTakenError);
  });

  it('with a base_dir in the tree of another live stream is refused, in its own tree it is not', async () => {
    const fixture = manual();
    await fixture.open('a');
    await fixture.open('b', parseStreamName('other'));

    await expect(fixture.recorder.start(cam, 'other/2026/11/20')).rejects.toThrow(BaseDirTakenError);
    await expect(fixture.recorder.start(cam, 'cam/special')).resolves.toMatchObject({ directory: 'cam/special' });
  });

  it('with a base_dir that climbs is refused', async () => {
    const fixture = manual();
    await fixture.publish();

    await expect(fixture.recorder.start(cam, '../etc')).rejects.toThrow(BaseDirInvalidError);
  });

  it('two at once start one recording', async () => {
    const fixture = manual();
    await fixture.publish();

    const [one, other] = await Promise.all([fixture.recorder.start(cam), fixture.recorder.start(cam)]);

    expect(one).toEqual(other);
    expect(fixture.engine.orders).toHaveLength(1);
  });
});

describe('many POST /api/record at once, each with a base_dir of its own', () => {
  const folders = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `shows/${name}`);

  it('are done one after another: each ends the one before', async () => {
    const fixture = new RecorderFixture(new MemoryIndex(), {}, { patterns: [] });
    await fixture.publish();

    const started = await Promise.all(folders.map((folder) => fixture.recorder.start(cam, folder)));
    await fixture.rest();

    expect(started.map(({ directory }) => directory)).toEqual(folders);
    const rows = [...fixture.index.rows.values()];
    expect(rows.map(({ directory }) => directory)).toEqual(folders);
    expect(rows.map(({ state }) => state)).toEqual([...folders.slice(1).map(() => 'completed'), 'recording']);
    expect(fixture.manifests.live).toEqual(new Set(['shows/f']));
    expect(fixture.engine.running.size).toBe(1);
  });

  it('leave no session when the publisher never connects', async () => {
    const fixture = new RecorderFixture(new MemoryIndex(), {}, { patterns: [] });
    await fixture.open();

    await Promise.all(folders.map((folder) => fixture.recorder.start(cam, folder)));
    await fixture.close('connect-timeout');

    expect(fixture.index.log).toEqual([]);
    expect(fixture.engine.running.size).toBe(0);
  });
});
