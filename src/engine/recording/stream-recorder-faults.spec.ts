import { AUDIO, RecorderFixture, VIDEO } from './testing/recorder-fixture.js';
import { systemError } from './testing/memory-recording-files.js';
import { readSamples } from './testing/segment-samples.js';

function reported(...args: ConstructorParameters<typeof RecorderFixture>): RecorderFixture {
  const fixture = new RecorderFixture(...args);
  fixture.attach(VIDEO, AUDIO);
  fixture.reportBoth();
  return fixture;
}

describe('StreamRecorder, faults', () => {
  it.each([
    ['ENOSPC', 'disk-full'],
    ['EDQUOT', 'disk-full'],
    ['EIO', 'io-error'],
    ['EROFS', 'io-error'],
  ])('fails on %s as %s, once, and tells what was whole before', async (systemCode, code) => {
    const fixture = reported();
    await fixture.play(3_500);
    fixture.files.failures.set('write', systemError(systemCode));
    await fixture.play(3_000);
    await fixture.recorder.stop();

    expect(fixture.eventsOf('recording-failed')).toMatchObject([{ recordingSessionId: 'session', code }]);
    expect(fixture.events.at(-1)?.type).toBe('recording-failed');
    expect(fixture.samples('video').length).toBeGreaterThanOrEqual(90);
    expect(fixture.files.openFiles).toBe(0);
    expect(fixture.recorder.memoryBytes).toBe(0);
  });

  it('ignores media after a failure', async () => {
    const fixture = reported();
    fixture.files.failures.set('create', systemError('ENOSPC'));
    await fixture.play(1_000);
    fixture.files.failures.clear();
    await fixture.play(3_000);
    fixture.attach(AUDIO);
    await fixture.play(1_000);
    await fixture.recorder.stop();

    expect(fixture.segments).toEqual([]);
    expect(fixture.names()).toEqual([]);
    expect(fixture.recorder.memoryBytes).toBe(0);
  });

  it('tells nothing of a segment that could not be synced', async () => {
    const fixture = reported();
    await fixture.play(2_000);
    fixture.files.failures.set('sync', systemError('EIO'));
    await fixture.recorder.stop();

    expect(fixture.segments).toEqual([]);
    expect(fixture.eventsOf('recording-failed')).toMatchObject([{ code: 'io-error' }]);
  });

  it('buffers while the disk is slow, and loses nothing', async () => {
    const fixture = reported();
    fixture.files.stall();
    await fixture.play(8_000, { sizeBytes: 10_000 });
    fixture.files.resume();
    await fixture.play(1_000);
    await fixture.recorder.stop();

    expect(fixture.samples('video')).toHaveLength(270);
    expect(fixture.samples('audio')).toHaveLength(450);
  });

  it('fails when it holds all the memory it may', async () => {
    const fixture = reported();
    fixture.files.stall();
    await fixture.play(8_000, { sizeBytes: 300_000 });
    expect(fixture.eventsOf('recording-failed')).toEqual([]);
    fixture.files.resume();
    await fixture.recorder.stop();

    expect(fixture.eventsOf('recording-failed')).toMatchObject([{ code: 'memory-exhausted' }]);
    expect(fixture.recorder.memoryBytes).toBe(0);
  });

  it("fails when the worker's memory is used up", async () => {
    const fixture = reported({}, 1 << 18);
    await fixture.play(3_000, { sizeBytes: 10_000 });
    await fixture.recorder.stop();

    expect(fixture.eventsOf('recording-failed')).toMatchObject([{ code: 'memory-exhausted' }]);
  });

  it.each([
    ['segment', 1],
    ['off', 0],
  ] as const)('syncs a file by policy %s', async (fsync, times) => {
    const fixture = reported({ fsync });
    await fixture.play(3_500);
    await fixture.recorder.stop();

    expect(fixture.files.syncCount('cam/2026/11/20/seg_0001.m4s')).toBe(times);
    expect(fixture.files.syncedDirectories.length > 0).toBe(fsync !== 'off');
  });

  it('syncs each fragment by policy fragment', async () => {
    const fixture = reported({ fsync: 'fragment' });
    await fixture.play(3_500);

    expect(fixture.files.syncCount('cam/2026/11/20/seg_0001.m4s')).toBe(3);
  });

  it('has whole fragments only in the file at any time', async () => {
    const fixture = reported();
    for (let step = 0; step < 10; step++) {
      await fixture.play(500, { keyframeMs: 500 });
      for (const name of fixture.names().filter((candidate) => candidate.includes('seg'))) {
        expect(() => readSamples(fixture.files.bytesOf(`cam/2026/11/20/${name}`))).not.toThrow();
      }
    }
    await fixture.recorder.stop();
  });

  it('stops more than once and without media', async () => {
    const fixture = new RecorderFixture();
    await fixture.recorder.stop();
    await fixture.recorder.stop();

    expect(fixture.events).toEqual([]);
  });
});
