import type { EngineEvent, RecordingOrder } from '../../engine/index.js';
import { segment } from './testing/fake-engine.js';
import { MemoryIndex } from './testing/memory-index.js';
import { cam, RecorderFixture } from './testing/recorder-fixture.js';

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

  it('or is split: it says so, and whoever asked is told which session goes on', async () => {
    const fixture = new RecorderFixture();
    const id = await fixture.publish();
    const split = fixture.recorder.split(cam);
    await fixture.rest();
    await fixture.tell(rotated(id));
    await fixture.tell(completed(id));

    expect(fixture.engine.splits).toEqual([id]);
    expect(await split).toEqual({ stream: 'cam', endedSessionId: id, sessionId: 'next' });
    expect(fixture.index.row(id)).toMatchObject({ state: 'completed', reason: 'split' });
  });

  it('or is split while no key frame comes: nobody waits for ever', async () => {
    const fixture = new RecorderFixture();
    const id = await fixture.publish();
    const split = fixture.recorder.split(cam);
    await pass(10_000);

    expect(await split).toEqual({ stream: 'cam', endedSessionId: id, sessionId: undefined });
  });

  it('and what is not recorded is not split', async () => {
    const fixture = new RecorderFixture();
    await expect(fixture.recorder.split(cam)).rejects.toMatchObject({ code: 'stream-not-recording' });
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
