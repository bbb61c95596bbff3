import {
  BaseDirInvalidError,
  BaseDirTakenError,
  RecordingUnavailableError,
  StorageFullError,
  UnsupportedCodecError,
} from './recorder.errors.js';
import { StreamNotFoundError } from '../signaling/signaling.errors.js';
import { parseStreamName } from '../signaling/ports/stream-name.js';
import type { EngineEvent, RecordingOrder } from '../../engine/index.js';
import { segment } from './testing/fake-engine.js';
import { MemoryIndex } from './testing/memory-index.js';
import { cam, RecorderFixture, track } from './testing/recorder-fixture.js';

const NOON = '2026-11-20T12:00:00.000Z';
const today = 'cam/2026/11/20';

const recordingOrder = ({ engine }: RecorderFixture): RecordingOrder => {
  const order = engine.orders.at(-1);
  if (order === undefined) throw new RangeError('Nothing was ordered.');
  return order;
};

const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

beforeEach(() => jest.useFakeTimers({ now: Date.parse(NOON) }));
afterEach(() => jest.useRealTimers());

describe('a publisher comes', () => {
  it('and a recording is ready in the engine before the answer, without a row', async () => {
    const fixture = new RecorderFixture();

    await fixture.open();

    expect(fixture.engine.orders).toMatchObject([
      {
        streamId: 'cam',
        rootPath: '/recordings',
        directory: today,
        nextSegmentNumber: 1,
        nextPeriod: 0,
        anchorEpochMs: undefined,
        endMs: 0,
        reception: [],
        segmentDurationMs: 6000,
        fragmentDurationMs: 1000,
        fsync: 'segment',
      },
    ]);
    expect(fixture.index.rows.size).toBe(0);
    expect(fixture.recorder.isRecording(cam)).toBe(false);
    expect(fixture.signaling.recording.size).toBe(0);
  });

  it('and never connects: no recording session existed', async () => {
    const fixture = new RecorderFixture();
    await fixture.open();

    await fixture.close('connect-timeout');

    expect(fixture.index.log).toEqual([]);
    expect(fixture.engine.running.size).toBe(0);
    expect(fixture.recorder.isRecording(cam)).toBe(false);
  });

  it('and connects: the session has a row and the directory is live', async () => {
    const fixture = new RecorderFixture();

    await fixture.publish();

    expect(fixture.index.onlyRow).toMatchObject({
      stream: 'cam',
      nodeAlias: 'node-1',
      trigger: 'auto',
      state: 'recording',
      directory: today,
      baseDir: undefined,
      startedAt: new Date(NOON),
    });
    expect(fixture.manifests.live).toEqual(new Set([today]));
    expect(fixture.signaling.recording).toEqual(new Set(['cam']));
  });

  it('and is not recorded when no pattern names it', async () => {
    const fixture = new RecorderFixture(new MemoryIndex(), {}, { patterns: ['room-*'] });

    await fixture.publish();

    expect(fixture.engine.orders).toEqual([]);
    expect(fixture.recorder.isRecording(cam)).toBe(false);
  });

  it('and is turned away when the index does not answer', async () => {
    const fixture = new RecorderFixture();
    fixture.index.isAway = true;

    await expect(fixture.open()).rejects.toThrow(RecordingUnavailableError);

    expect(fixture.recorder.isRecording(cam)).toBe(false);
    expect(fixture.signaling.recording.size).toBe(0);
  });

  it('and is turned away when the engine cannot record', async () => {
    const fixture = new RecorderFixture();
    fixture.engine.startFailure = new Error('memory-exhausted');

    await expect(fixture.open()).rejects.toThrow(RecordingUnavailableError);
  });
});

describe('a publisher sends what cannot be recorded', () => {
  const vp8 = { kind: 'video', codecName: 'VP8', reason: 'unsupported-codec' };

  it('beside what can: the session says so, the log once', async () => {
    const fixture = new RecorderFixture();
    fixture.tracks = [track('VP8', 'video'), track('opus', 'audio')];
    await fixture.publish('a');
    await fixture.close('consent-lost', 'a');
    await fixture.publish('b');

    expect(fixture.index.onlyRow).toMatchObject({ state: 'recording', unrecorded: [vp8] });
    expect(fixture.warnings).toEqual(['The recording of cam goes without its video: VP8 (unsupported-codec).']);
  });

  it('after one whose tracks were all recorded: the session says both', async () => {
    const fixture = new RecorderFixture();
    fixture.tracks = [track('VP8', 'video'), track('opus', 'audio')];
    await fixture.publish('a');
    await fixture.close('consent-lost', 'a');
    fixture.tracks = [track('H264', 'video'), track('PCMU', 'audio')];
    await fixture.publish('b');

    const pcmu = { kind: 'audio', codecName: 'PCMU', reason: 'unsupported-codec' };
    expect(fixture.index.onlyRow.unrecorded).toEqual([vp8, pcmu]);
  });

  it('and nothing else: it is live, and no session is made', async () => {
    const fixture = new RecorderFixture();
    fixture.tracks = [track('VP8', 'video')];

    await fixture.publish();

    expect(fixture.engine.orders).toEqual([]);
    expect(fixture.index.log).toEqual([]);
    expect(fixture.recorder.isRecording(cam)).toBe(false);
    expect(fixture.warnings).toEqual(['cam is not recorded: VP8 (unsupported-codec).']);
  });

  it('and nothing else: a POST is refused', async () => {
    const fixture = new RecorderFixture(new MemoryIndex(), {}, { patterns: [] });
    fixture.tracks = [track('VP8', 'video'), track('PCMA', 'audio')];
    await fixture.publish();

    const attempt = fixture.recorder.start(cam);

    await expect(attempt).rejects.toThrow(UnsupportedCodecError);
    await expect(attempt).rejects.toMatchObject({ facts: { stream: 'cam', codecs: 'VP8, PCMA' } });
  });

  it('and nothing else, inside the window of a session: that one ends', async () => {
    const fixture = new RecorderFixture();
    await fixture.publish('a');
    await fixture.disconnect('a');
    fixture.tracks = [track('VP8', 'video')];

    await fixture.publish('b');

    expect(fixture.index.onlyRow).toMatchObject({ state: 'completed', reason: 'unsupported-codec', unrecorded: [] });
    expect(fixture.recorder.isRecording(cam)).toBe(false);
  });
});

describe('a session reaches its limit', () => {
  const rotated = (recordingSessionId: string, nextSessionId = 'next'): EngineEvent => ({
    type: 'recording-rotated',
    recordingSessionId,
    nextSessionId,
    directory: today,
    anchorEpochMs: Date.now(),
  });
  const completed = (recordingSessionId: string): EngineEvent => ({ type: 'recording-completed', recordingSessionId });

  it('and its order says when', async () => {
    const fixture = new RecorderFixture(new MemoryIndex(), { maxDurationMs: 3_600_000 });

    await fixture.publish();

    expect(fixture.engine.orders[0]?.maxDurationMs).toBe(3_600_000);
  });

  it('and another one goes on with its trigger and directory, under its own start', async () => {
    const fixture = new RecorderFixture();
    const id = await fixture.publish();
    await pass(3_600_000);
    await fixture.tell(rotated(id));

    expect(fixture.index.row(id)).toMatchObject({ state: 'finalizing', reason: 'max-duration' });
    expect(fixture.index.row('next')).toMatchObject({
      stream: 'cam',
      trigger: 'auto',
      state: 'recording',
      directory: today,
      startedAt: new Date('2026-11-20T13:00:00.000Z'),
      anchorEpochMs: Date.parse('2026-11-20T13:00:00.000Z'),
    });
    expect(fixture.recorder.isRecording(cam)).toBe(true);
    expect(fixture.signaling.recording).toEqual(new Set(['cam']));
    expect((await fixture.recorder.start(cam)).startedAt).toEqual(new Date('2026-11-20T13:00:00.000Z'));
  });

  it('and is completed after its last segment, with its directory still live', async () => {
    const fixture = new RecorderFixture();
    const id = await fixture.publish();
    await fixture.tell(rotated(id));
    await fixture.tell({ type: 'segment-closed', segment: segment(id, 1) });
    await fixture.tell(completed(id));
    await fixture.tell({ type: 'segment-closed', segment: segment('next', 2) });

    expect(fixture.index.log.slice(-3)).toEqual(['segment 1', 'completed', 'segment 2']);
    expect(fixture.index.row(id)).toMatchObject({ state: 'completed', reason: 'max-duration', segmentCount: 1 });
    expect(fixture.index.row('next')).toMatchObject({ state: 'recording', segmentCount: 1 });
    expect(fixture.manifests.live).toEqual(new Set([today]));
  });

  it('and the next one is interrupted, taken up again and stopped like any other', async () => {
    const fixture = new RecorderFixture();
    const id = await fixture.publish('a');
    await fixture.tell(rotated(id));
    await fixture.tell(completed(id));
    await fixture.disconnect('a');
    expect(fixture.index.row('next').state).toBe('interrupted');
    await fixture.connect('a');
    expect(fixture.index.row('next').state).toBe('recording');

    fixture.engine.running.set('next', recordingOrder(fixture));
    await fixture.recorder.stop(cam);

    expect(fixture.engine.running.has('next')).toBe(false);
    expect(fixture.index.row('next')).toMatchObject({ state: 'completed', reason: 'requested' });
    expect(fixture.manifests.live.size).toBe(0);
    expect(fixture.recorder.isRecording(cam)).toBe(false);
  });

  it('again and again', async () => {
    const fixture = new RecorderFixture();
    let id = await fixture.publish();
    for (const next of ['second', 'third', 'fourth']) {
      await fixture.tell(rotated(id, next));
      await fixture.tell(completed(id));
      id = next;
    }

    const states = [...fixture.index.rows.values()].map(({ state }) => state);
    expect(states).toEqual(['completed', 'completed', 'completed', 'recording']);
  });

  it('while it is stopped: what began meanwhile ends with it', async () => {
    const fixture = new RecorderFixture();
    const id = await fixture.publish();
    fixture.engine.closing = (stopped) =>
      stopped === id ? [rotated(id), completed(id), { type: 'segment-closed', segment: segment('next', 2) }] : [];

    await fixture.recorder.stop(cam);
    await fixture.rest();

    for (const one of [id, 'next']) {
      expect(fixture.index.row(one)).toMatchObject({ state: 'completed', reason: 'requested' });
    }
    expect(fixture.index.row('next').segmentCount).toBe(1);
    expect(fixture.recorder.isRecording(cam)).toBe(false);
    expect(fixture.manifests.live.size).toBe(0);
  });

  it('while its publisher is away for the main thread: the next one waits for it', async () => {
    const fixture = new RecorderFixture();
    const id = await fixture.publish();
    await fixture.disconnect();
    await fixture.tell(rotated(id));
    expect(fixture.index.row('next').state).toBe('interrupted');

    await fixture.connect();
    await pass(120_000);

    expect(fixture.index.row('next').state).toBe('recording');
    expect(fixture.recorder.isRecording(cam)).toBe(true);
  });

  it('and its worker dies before its end is told: both are saved, the first completed', async () => {
    const fixture = new RecorderFixture();
    const id = await fixture.publish('a');
    await fixture.tell(rotated(id));
    await fixture.close('worker-lost', 'a');
    await fixture.tell({ type: 'worker-lost', worker: 0, streamIds: ['cam'] });

    expect(fixture.index.row(id)).toMatchObject({ state: 'completed', reason: 'max-duration' });
    expect(fixture.index.row('next').state).toBe('interrupted');

    await fixture.publish('b');
    expect(fixture.engine.orders.at(-1)?.recordingSessionId).toBe('next');
  });

  it('just before a day ends: the next one does not prepare the same border again', async () => {
    const fixture = new RecorderFixture();
    const id = await fixture.publish();
    await pass(12 * 3_600_000 - 20_000);
    await fixture.tell(rotated(id));
    await fixture.tell(completed(id));
    await fixture.tell({ type: 'recording-rolled-over', recordingSessionId: 'next', directory: 'cam/2026/11/21' });
    await pass(60_000);

    expect(fixture.engine.rollovers).toHaveLength(1);
    expect(fixture.index.row('next').directory).toBe('cam/2026/11/21');
    expect(fixture.manifests.live).toEqual(new Set(['cam/2026/11/21']));
  });

  it('and a server that starts after a crash finds the first one ended and the next one interrupted', async () => {
    const index = new MemoryIndex();
    const crashed = new RecorderFixture(index);
    const id = await crashed.publish();
    await crashed.tell(rotated(id));

    const fixture = new RecorderFixture(index);
    await fixture.recorder.onApplicationBootstrap();

    expect(index.row(id)).toMatchObject({ state: 'completed', reason: 'max-duration' });
    expect(index.row('next').state).toBe('interrupted');
    expect(fixture.recorder.isRecording(cam)).toBe(true);
  });
});

describe('a publisher is lost', () => {
  it('and the session is interrupted, still recording for the API', async () => {
    const fixture = new RecorderFixture();
    await fixture.publish();

    await fixture.disconnect();

    expect(fixture.index.onlyRow).toMatchObject({ state: 'interrupted', interruptedAt: new Date(NOON) });
    expect(fixture.recorder.isRecording(cam)).toBe(true);
    expect(fixture.manifests.live).toEqual(new Set([today]));
  });

  it('and comes back as it was: same session', async () => {
    const fixture = new RecorderFixture();
    await fixture.publish();
    await fixture.disconnect();
    await pass(20_000);

    await fixture.connect();
    await pass(120_000);

    expect(fixture.index.onlyRow).toMatchObject({ state: 'recording', interruptedAt: undefined });
    expect(fixture.engine.orders).toHaveLength(1);
  });

  it.each(['consent-lost', 'peer-closed'] as const)(
    'for good (%s): the session waits for its window',
    async (reason) => {
      const fixture = new RecorderFixture();
      await fixture.publish();
      await fixture.disconnect();
      await pass(30_000);
      await fixture.close(reason);
      await pass(29_999);
      expect(fixture.index.onlyRow.state).toBe('interrupted');
      expect(fixture.recorder.isRecording(cam)).toBe(true);

      await pass(1);

      expect(fixture.index.onlyRow).toMatchObject({
        state: 'completed',
        reason: 'publisher-lost',
        endedAt: new Date(Date.parse(NOON) + 60_000),
      });
      expect(fixture.recorder.isRecording(cam)).toBe(false);
      expect(fixture.manifests.written.at(-1)).toBe(`${today} static`);
    },
  );

  it('by a close_notify without a silence before', async () => {
    const fixture = new RecorderFixture();
    await fixture.publish();

    await fixture.close('peer-closed');

    expect(fixture.index.onlyRow.state).toBe('interrupted');
  });

  it('with a window of 0 and the session ends', async () => {
    const fixture = new RecorderFixture(new MemoryIndex(), { reconnectWindowMs: 0 });
    await fixture.publish();

    await fixture.disconnect();

    expect(fixture.index.onlyRow).toMatchObject({ state: 'completed', reason: 'publisher-lost' });
  });

  it('and heard again after the window: a new session', async () => {
    const fixture = new RecorderFixture(new MemoryIndex(), { reconnectWindowMs: 5_000 });
    await fixture.publish();
    await fixture.disconnect();
    await pass(5_000);

    await fixture.connect();

    expect([...fixture.index.rows.values()].map(({ state }) => state)).toEqual(['completed', 'recording']);
  });
});

describe('another publisher takes a stream over', () => {
  it('inside the window: the same session goes on', async () => {
    const fixture = new RecorderFixture();
    await fixture.publish('a');
    await fixture.disconnect('a');
    await pass(10_000);
    await fixture.close('replaced', 'a');

    await fixture.publish('b');
    await pass(120_000);

    expect(fixture.index.onlyRow.state).toBe('recording');
    expect(fixture.engine.orders).toHaveLength(1);
  });

  it('just in time: the window waits while it connects', async () => {
    const fixture = new RecorderFixture();
    await fixture.publish('a');
    await fixture.disconnect('a');
    await pass(59_000);
    await fixture.close('replaced', 'a');
    await fixture.open('b');
    await pass(5_000);
    expect(fixture.index.onlyRow.state).toBe('interrupted');

    await fixture.connect('b');

    expect(fixture.index.onlyRow.state).toBe('recording');
  });

  it('but never connects: the session ends with its window', async () => {
    const fixture = new RecorderFixture();
    await fixture.publish('a');
    await fixture.disconnect('a');
    await pass(59_000);
    await fixture.open('b');
    await pass(15_000);
    expect(fixture.index.onlyRow.state).toBe('interrupted');

    await fixture.close('connect-timeout', 'b');

    expect(fixture.index.onlyRow).toMatchObject({ state: 'completed', reason: 'publisher-lost' });
  });

  it('before it connected: the recording that waits is kept', async () => {
    const fixture = new RecorderFixture();
    await fixture.open('a');
    await fixture.close('replaced', 'a');

    await fixture.publish('b');

    expect(fixture.engine.orders).toHaveLength(1);
    expect(fixture.index.onlyRow.state).toBe('recording');
  });

  it('after the window: a new session with the next numbers', async () => {
    const fixture = new RecorderFixture();
    const first = await fixture.publish('a');
    await fixture.tell({ type: 'segment-closed', segment: segment(first, 1) });
    await fixture.close('consent-lost', 'a');
    await pass(60_000);

    await fixture.publish('b');

    expect(fixture.index.rows.size).toBe(2);
    expect(fixture.engine.orders.at(-1)).toMatchObject({ nextSegmentNumber: 2, nextPeriod: 0, endMs: 0 });
  });
});

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

describe('what the engine tells', () => {
  it('is committed in its order, and manifests follow each segment', async () => {
    const fixture = new RecorderFixture();
    const id = await fixture.publish();
    fixture.manifests.written.length = 0;

    fixture.engine.tell({ type: 'recording-anchored', recordingSessionId: id, anchorEpochMs: Date.now() });
    fixture.engine.tell({
      type: 'gap-recorded',
      recordingSessionId: id,
      gap: { kind: 'video', startMs: 0, durationMs: 40, cause: 'loss' },
    });
    await fixture.tell({ type: 'segment-closed', segment: segment(id, 1) });

    expect(fixture.index.log).toEqual(['open', 'recording', 'anchor', 'gap', 'segment 1']);
    expect(fixture.manifests.written).toEqual([`${today} dynamic`]);
  });

  it('of segments whose files are gone leaves gaps, and is told once', async () => {
    const fixture = new RecorderFixture();
    const id = await fixture.publish();
    const commitGap = jest.spyOn(fixture.index, 'commitGap');
    for (const number of [2, 3]) fixture.deleted.add(`${today}/seg_000${number}.m4s`);

    for (const number of [1, 2, 3, 4]) await fixture.tell({ type: 'segment-closed', segment: segment(id, number) });

    expect(fixture.index.segments.map(({ number }) => number)).toEqual([1, 4]);
    expect(commitGap.mock.calls.map(([, gap]) => gap)).toEqual([
      { kind: 'video', startMs: 6000, durationMs: 6000, cause: 'loss' },
      { kind: 'video', startMs: 12_000, durationMs: 6000, cause: 'loss' },
    ]);
    expect(fixture.errors).toHaveLength(1);
  });

  it('of a segment with one file gone is committed without it', async () => {
    const fixture = new RecorderFixture();
    const id = await fixture.publish();
    const closed = segment(id, 1);
    const [video] = closed.objects;
    if (video === undefined) throw new RangeError('A segment has media.');
    const audio = { ...video, kind: 'audio', trackId: 'audio-1', objectKey: `${today}/audio_seg_0001.m4s` } as const;
    fixture.deleted.add(video.objectKey);

    await fixture.tell({ type: 'segment-closed', segment: { ...closed, objects: [video, audio] } });

    expect(fixture.index.segments).toEqual([{ ...closed, objects: [audio] }]);
    expect(fixture.index.log).toContain('gap');
  });

  it('is committed when the database is back, and other streams are not held up', async () => {
    const fixture = new RecorderFixture();
    const id = await fixture.publish();
    const commitSegment = fixture.index.commitSegment.bind(fixture.index);
    jest
      .spyOn(fixture.index, 'commitSegment')
      .mockImplementation((closed) =>
        closed.recordingSessionId === id && Date.now() < Date.parse(NOON) + 3_000
          ? Promise.reject(new Error('locked'))
          : commitSegment(closed),
      );
    await fixture.tell({ type: 'segment-closed', segment: segment(id, 1) });
    await fixture.tell({ type: 'segment-closed', segment: segment(id, 2) });
    const otherId = await fixture.publish('b', parseStreamName('other'));
    await fixture.tell({ type: 'segment-closed', segment: segment(otherId, 7, 'other/2026/11/20') });
    expect(fixture.index.segments.map(({ number }) => number)).toEqual([7]);

    await pass(5_000);

    expect(fixture.index.segments.map(({ number }) => number)).toEqual([7, 1, 2]);
  });

  it.each(['disk-full', 'io-error', 'memory-exhausted'] as const)(
    'of a recording that failed (%s) ends it, and nothing starts before the next publish',
    async (code) => {
      const fixture = new RecorderFixture();
      const id = await fixture.publish();

      await fixture.tell({ type: 'recording-failed', recordingSessionId: id, code, message: 'ENOSPC' });
      await fixture.disconnect();
      await fixture.connect();

      expect(fixture.index.onlyRow).toMatchObject({ state: 'failed', reason: code });
      expect(fixture.engine.running.size).toBe(0);
      expect(fixture.errors).toHaveLength(1);
    },
  );

  it('of a lost worker: interrupted, what it left is committed, and the next publisher continues after it', async () => {
    const fixture = new RecorderFixture();
    const id = await fixture.publish('a');
    await fixture.tell({ type: 'recording-anchored', recordingSessionId: id, anchorEpochMs: Date.parse(NOON) });
    await fixture.tell({ type: 'segment-closed', segment: segment(id, 1) });
    fixture.leftovers = [{ type: 'segment-closed', segment: segment(id, 2) }];

    await fixture.close('worker-lost', 'a');
    await fixture.tell({ type: 'worker-lost', worker: 0, streamIds: ['cam'] });
    expect(fixture.index.onlyRow.state).toBe('interrupted');
    expect(fixture.index.onlyRow.segmentCount).toBe(2);
    await fixture.publish('b');

    expect(fixture.engine.orders).toHaveLength(2);
    expect(fixture.engine.orders[1]).toMatchObject({
      recordingSessionId: id,
      nextSegmentNumber: 3,
      nextPeriod: 1,
      anchorEpochMs: Date.parse(NOON),
      endMs: 12_000,
    });
    expect(fixture.index.onlyRow.state).toBe('recording');
  });
});

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

describe('a day ends', () => {
  it('and the session goes on in the next directory', async () => {
    const fixture = new RecorderFixture();
    const id = await fixture.publish();
    const midnight = Date.parse('2026-11-21T00:00:00Z');
    await pass(midnight - Date.now() - 30_001);
    expect(fixture.engine.rollovers).toEqual([]);

    await pass(1);
    expect(fixture.engine.rollovers).toMatchObject([
      { recordingSessionId: id, atEpochMs: midnight, directory: 'cam/2026/11/21', nextSegmentNumber: 1 },
    ]);

    await pass(30_000);
    await fixture.tell({ type: 'segment-closed', segment: segment(id, 1) });
    await fixture.tell({ type: 'recording-rolled-over', recordingSessionId: id, directory: 'cam/2026/11/21' });
    expect(fixture.index.log.slice(-2)).toEqual(['segment 1', 'recording in cam/2026/11/21']);
    expect(fixture.manifests.live).toEqual(new Set(['cam/2026/11/21']));
    expect(fixture.manifests.written).toContain(`${today} static`);

    await pass(86_400_000 - 30_000);
    expect(fixture.engine.rollovers).toHaveLength(2);
    expect(fixture.engine.rollovers[1]).toMatchObject({ directory: 'cam/2026/11/22' });
  });

  it('and every day of the session is written again when its state changes', async () => {
    const fixture = new RecorderFixture();
    const id = await fixture.publish();
    await fixture.tell({ type: 'segment-closed', segment: segment(id, 1) });
    await pass(12 * 3_600_000);
    await fixture.tell({ type: 'recording-rolled-over', recordingSessionId: id, directory: 'cam/2026/11/21' });
    await fixture.tell({ type: 'segment-closed', segment: segment(id, 1, 'cam/2026/11/21') });

    for (const [change, kind] of [
      [() => fixture.disconnect(), 'dynamic'],
      [() => fixture.connect(), 'dynamic'],
      [() => fixture.close('requested'), 'static'],
    ] as const) {
      fixture.manifests.written.length = 0;
      await change();
      expect(fixture.manifests.written).toEqual([`${today} static`, `cam/2026/11/21 ${kind}`]);
    }
  });

  it('and a server that starts after a crash writes every day of the session again', async () => {
    const before = new RecorderFixture();
    const id = await before.publish();
    await before.tell({ type: 'segment-closed', segment: segment(id, 1) });
    await before.tell({ type: 'recording-rolled-over', recordingSessionId: id, directory: 'cam/2026/11/21' });
    const after = new RecorderFixture(before.index);

    await after.recorder.onApplicationBootstrap();

    expect(after.manifests.written).toEqual([`${today} static`, 'cam/2026/11/21 static']);
  });

  it('in the configured zone', async () => {
    const fixture = new RecorderFixture(new MemoryIndex(), {}, { timeZone: 'Asia/Kolkata' });
    await fixture.publish();

    await pass(6.5 * 3_600_000);

    expect(fixture.engine.rollovers).toMatchObject([
      { directory: 'cam/2026/11/21', atEpochMs: Date.parse('2026-11-20T18:30:00Z') },
    ]);
  });

  it('and an early or repeated event does not bring the same border again', async () => {
    const fixture = new RecorderFixture();
    const id = await fixture.publish();
    await pass(12 * 3_600_000 - 10);

    await fixture.tell({ type: 'recording-rolled-over', recordingSessionId: id, directory: 'cam/2026/11/21' });
    await pass(60_000);

    expect(fixture.engine.rollovers).toHaveLength(1);
  });

  it('and a session with a base_dir stays where it is', async () => {
    const fixture = new RecorderFixture(new MemoryIndex(), {}, { patterns: [] });
    await fixture.publish();
    await fixture.recorder.start(cam, 'shows/one');

    await pass(86_400_000);

    expect(fixture.engine.rollovers).toEqual([]);
  });

  it('although the database is away at first', async () => {
    const fixture = new RecorderFixture();
    await fixture.publish();
    await pass(12 * 3_600_000 - 31_000);
    fixture.index.isAway = true;
    await pass(8_000);
    expect(fixture.engine.rollovers).toEqual([]);

    fixture.index.isAway = false;
    await pass(5_000);

    expect(fixture.engine.rollovers).toHaveLength(1);
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
