import { RecordingUnavailableError, UnsupportedCodecError } from './recorder.errors.js';
import { parseStreamName } from '../signaling/ports/stream-name.js';
import { segment } from './testing/fake-engine.js';
import { MemoryIndex } from './testing/memory-index.js';
import { cam, RecorderFixture, track } from './testing/recorder-fixture.js';

const NOON = '2026-11-20T12:00:00.000Z';
const today = 'cam/2026/11/20';

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
