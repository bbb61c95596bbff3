import { RecordingUnavailableError, StorageFullError } from './recorder.errors.js';
import { segment } from './testing/fake-engine.js';
import { MemoryIndex } from './testing/memory-index.js';
import { cam, RecorderFixture } from './testing/recorder-fixture.js';

const NOON = '2026-11-20T12:00:00.000Z';
const today = 'cam/2026/11/20';

const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

beforeEach(() => jest.useFakeTimers({ now: Date.parse(NOON) }));
afterEach(() => jest.useRealTimers());

describe('what a lost worker left behind', () => {
  it('cannot be read: that is told, and the session can go on', async () => {
    const fixture = new RecorderFixture();
    await fixture.publish('a');
    fixture.unreadable = new Error('EIO');

    await fixture.close('worker-lost', 'a');
    await fixture.tell({ type: 'worker-lost', worker: 0, streamIds: ['cam'] });
    await fixture.publish('b');

    expect(fixture.errors).toHaveLength(1);
    expect(fixture.index.onlyRow.state).toBe('recording');
  });

  it('just before a day ends: the next border is not forgotten', async () => {
    const fixture = new RecorderFixture();
    await fixture.publish('a');
    await pass(12 * 3_600_000 - 20_000);
    expect(fixture.engine.rollovers).toHaveLength(1);

    await fixture.close('worker-lost', 'a');
    await fixture.tell({ type: 'worker-lost', worker: 0, streamIds: ['cam'] });
    await fixture.publish('b');
    await fixture.rest();

    expect(fixture.engine.rollovers.map(({ directory }) => directory)).toEqual(['cam/2026/11/21', 'cam/2026/11/21']);
  });
});

describe('the disk is full', () => {
  it('a stream that is to be recorded is refused', async () => {
    const fixture = new RecorderFixture();
    fixture.freeBytes = 999;

    await expect(fixture.open()).rejects.toThrow(StorageFullError);
  });

  it('a stream that is not to be recorded is let in', async () => {
    const fixture = new RecorderFixture(new MemoryIndex(), {}, { patterns: [] });
    fixture.freeBytes = 0;

    await fixture.publish();

    await expect(fixture.recorder.start(cam)).rejects.toThrow(StorageFullError);
  });

  it('a stream goes live unrecorded where that is wanted', async () => {
    const fixture = new RecorderFixture(new MemoryIndex(), { onFull: 'live_only' });
    fixture.freeBytes = 0;

    await fixture.publish();

    expect(fixture.recorder.isRecording(cam)).toBe(false);
  });

  it('recordings that run go on, over a reconnect too', async () => {
    const fixture = new RecorderFixture();
    await fixture.publish('a');
    fixture.freeBytes = 0;
    await fixture.close('consent-lost', 'a');

    await fixture.publish('b');

    expect(fixture.index.onlyRow.state).toBe('recording');
  });
});

describe('the disk does not answer', () => {
  it('a stream that is to be recorded is refused after 2 s, and the disk is asked once for all', async () => {
    const fixture = new RecorderFixture();
    fixture.isDiskStuck = true;
    const refused = Promise.all(
      ['a', 'b', 'c'].map((session) => expect(fixture.open(session)).rejects.toThrow(RecordingUnavailableError)),
    );

    await pass(2_000);
    await refused;

    expect(fixture.diskQuestions).toBe(1);
    expect(fixture.recorder.isRecording(cam)).toBe(false);
  });

  it('a stream goes live unrecorded where that is wanted', async () => {
    const fixture = new RecorderFixture(new MemoryIndex(), { onFull: 'live_only' });
    fixture.isDiskStuck = true;

    const opened = fixture.open();
    await pass(2_000);

    await expect(opened).resolves.toBeUndefined();
    expect(fixture.engine.orders).toEqual([]);
  });

  it.each(['refuse', 'live_only'] as const)('when its files are to be counted: bounded too (%s)', async (onFull) => {
    const fixture = new RecorderFixture(new MemoryIndex(), { onFull });
    jest.spyOn(fixture.index, 'directoryState').mockReturnValue(new Promise(() => undefined));

    const opened = fixture.open().then(
      () => 'live',
      (error: unknown) => error,
    );
    await pass(8_000);

    if (onFull === 'refuse') expect(await opened).toBeInstanceOf(RecordingUnavailableError);
    else expect(await opened).toBe('live');
  });

  it.each(['refuse', 'live_only'] as const)('when the recording before is to be closed (%s)', async (onFull) => {
    const fixture = new RecorderFixture(new MemoryIndex(), { onFull });
    await fixture.publish('a');
    jest.spyOn(fixture.engine, 'stopRecording').mockReturnValue(new Promise(() => undefined));
    void fixture.close('requested', 'a');

    const opened = fixture.open('b').then(
      () => 'live',
      (error: unknown) => error,
    );
    await pass(15_000);

    if (onFull === 'refuse') expect(await opened).toBeInstanceOf(RecordingUnavailableError);
    else expect(await opened).toBe('live');
  });
});

describe('the server stops', () => {
  it('recordings end at once and are committed before it exits', async () => {
    const fixture = new RecorderFixture();
    const id = await fixture.publish();
    fixture.engine.closing = () => [{ type: 'segment-closed', segment: segment(id, 1) }];

    await fixture.recorder.beforeApplicationShutdown();

    expect(fixture.index.log.at(-1)).toBe('completed');
    expect(fixture.index.onlyRow).toMatchObject({ state: 'completed', reason: 'node-stopped', segmentCount: 1 });
    expect(fixture.manifests.written.at(-1)).toBe(`${today} static`);
  });

  it('and publishers are sent away then, without waiting for the database', async () => {
    const fixture = new RecorderFixture();
    await fixture.publish();
    fixture.index.isAway = true;
    const stopped = fixture.recorder.beforeApplicationShutdown();
    await pass(1_000);

    expect(fixture.engine.running.size).toBe(0);
    expect(fixture.signaling.sentAway).toEqual(['cam']);
    await pass(9_000);
    await stopped;
  });

  it('and does not wait for ever for the database', async () => {
    const fixture = new RecorderFixture();
    await fixture.publish();
    fixture.index.isAway = true;

    const stopped = fixture.recorder.beforeApplicationShutdown();
    await pass(10_000);

    await expect(stopped).resolves.toBeUndefined();
  });

  it('and nothing starts any more', async () => {
    const fixture = new RecorderFixture();
    await fixture.publish('a');
    await fixture.recorder.beforeApplicationShutdown();

    await expect(fixture.open('b')).rejects.toThrow(RecordingUnavailableError);
  });
});

describe('the server starts after a crash', () => {
  /** A recording that ran for 6 s, then the process was killed; another one starts `awayMs` later. */
  const restart = async (awayMs: number, anchored = true): Promise<RecorderFixture> => {
    const before = new RecorderFixture();
    const id = await before.publish();
    if (anchored) {
      await before.tell({ type: 'recording-anchored', recordingSessionId: id, anchorEpochMs: Date.now() });
      await before.tell({ type: 'segment-closed', segment: segment(id, 1) });
    }
    await pass(6_000 + awayMs);
    const after = new RecorderFixture(before.index);
    after.leftovers = anchored ? [{ type: 'segment-closed', segment: segment(id, 2) }] : [];
    await after.recorder.onApplicationBootstrap();
    return after;
  };

  it('open segments are committed and the session waits on inside its window, manifests static', async () => {
    const fixture = await restart(16_000);

    expect(fixture.index.onlyRow).toMatchObject({
      state: 'interrupted',
      segmentCount: 2,
      interruptedAt: new Date(Date.parse(NOON) + 12_000),
    });
    expect(fixture.manifests.written).toEqual([`${today} static`]);
    expect(fixture.recorder.isRecording(cam)).toBe(true);
    expect(fixture.signaling.recording).toEqual(new Set(['cam']));
  });

  it('what somebody asked for is wanted again, until its end; what began by itself wants nothing', async () => {
    const before = new RecorderFixture(new MemoryIndex(), {}, { patterns: [] });
    await before.publish();
    await before.recorder.start(cam);
    await before.rest();
    const after = new RecorderFixture(before.index);
    await after.recorder.onApplicationBootstrap();

    expect(after.demand.isRecorded(cam)).toBe(true);
    await after.recorder.stop(cam);
    expect(after.demand.isRecorded(cam)).toBe(false);
    expect((await restart(16_000)).demand.isRecorded(cam)).toBe(false);
  });

  it('and the window goes on from where it was', async () => {
    const fixture = await restart(16_000);
    await pass(49_999);
    expect(fixture.index.onlyRow.state).toBe('interrupted');

    await pass(1);

    expect(fixture.index.onlyRow).toMatchObject({ state: 'completed', reason: 'publisher-lost' });
  });

  it('and the publisher comes back: the same session, after what was there', async () => {
    const fixture = await restart(16_000);
    fixture.manifests.written.length = 0;

    await fixture.publish('b');

    expect(fixture.engine.orders).toMatchObject([
      { recordingSessionId: fixture.index.onlyRow.id, nextSegmentNumber: 3, nextPeriod: 1, endMs: 12_000 },
    ]);
    expect(fixture.index.onlyRow.state).toBe('recording');
    expect(fixture.manifests.written).toEqual([`${today} dynamic`]);
  });

  it('and the publisher comes back on the next day: in the next directory', async () => {
    jest.setSystemTime(Date.parse('2026-11-20T23:59:30Z'));
    const fixture = await restart(20_000);
    await pass(10_000);

    await fixture.publish('b');

    expect(fixture.engine.orders).toMatchObject([{ directory: 'cam/2026/11/21', nextSegmentNumber: 1 }]);
    expect(fixture.index.onlyRow.directory).toBe('cam/2026/11/21');
    expect(fixture.manifests.live).toEqual(new Set(['cam/2026/11/21']));
  });

  it('after the window: completed, as stopped with the node', async () => {
    const fixture = await restart(120_000);

    expect(fixture.index.onlyRow).toMatchObject({
      state: 'completed',
      reason: 'node-stopped',
      endedAt: new Date(Date.parse(NOON) + 12_000),
    });
    expect(fixture.manifests.written).toEqual([`${today} static`]);
    expect(fixture.recorder.isRecording(cam)).toBe(false);
  });

  it('a session without media counts from its start', async () => {
    expect((await restart(60_000, false)).index.onlyRow.state).toBe('completed');
  });

  it('manifests that the disk does not take are not waited for; they are written when it does', async () => {
    const before = new RecorderFixture();
    await before.publish();
    const after = new RecorderFixture(before.index);
    after.manifests.refusal = new Error('ENOSPC: no space left on device, write');

    const start = after.recorder.onApplicationBootstrap();
    await pass(3_000);
    await start;
    after.manifests.refusal = undefined;
    await pass(2_000);

    expect(after.manifests.written).toEqual([`${today} static`]);
  });

  it('a session that had ended just before has its manifests written, once', async () => {
    const before = new RecorderFixture();
    await before.publish();
    before.manifests.refusal = new Error('EIO');
    const stop = before.recorder.stop(cam);
    await pass(5_000);
    await stop;
    expect(before.index.onlyRow.state).toBe('completed');

    const after = new RecorderFixture(before.index);
    await after.recorder.onApplicationBootstrap();
    expect(after.manifests.written).toEqual([`${today} static`]);
    const later = new RecorderFixture(before.index);
    await later.recorder.onApplicationBootstrap();
    expect(later.manifests.written).toEqual([]);
  });

  it('a session that was ending keeps its reason', async () => {
    const index = new MemoryIndex();
    const before = new RecorderFixture(index);
    const id = await before.publish();
    await index.setSessionState(id, { state: 'finalizing', reason: 'requested' });
    const after = new RecorderFixture(index);

    await after.recorder.onApplicationBootstrap();

    expect(index.onlyRow).toMatchObject({ state: 'completed', reason: 'requested' });
  });

  it('a session is taken up under whatever name the server had then', async () => {
    const index = new MemoryIndex();
    await new RecorderFixture(index, { nodeAlias: 'container-1' }).publish();

    const after = new RecorderFixture(index, { nodeAlias: 'container-2' });
    await after.recorder.onApplicationBootstrap();

    expect(index.onlyRow.state).toBe('interrupted');
    expect(after.recorder.isRecording(cam)).toBe(true);
  });
});
