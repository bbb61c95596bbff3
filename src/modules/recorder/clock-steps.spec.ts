import { MemoryIndex } from './testing/memory-index.js';
import { RecorderFixture } from './testing/recorder-fixture.js';
import { segment } from './testing/fake-engine.js';

const HOUR = 3_600_000;
const NOON = Date.parse('2026-11-20T12:00:00Z');

const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);
const setClockBy = (ms: number): void => {
  jest.setSystemTime(Date.now() + ms);
};

/** The engine has come to the border that it was told of last. */
async function cross(fixture: RecorderFixture, recordingSessionId: string): Promise<string> {
  const directory = fixture.engine.rollovers.at(-1)?.directory ?? '';
  await fixture.tell({ type: 'recording-rolled-over', recordingSessionId, directory });
  return directory;
}

beforeEach(() => jest.useFakeTimers({ now: NOON }));
afterEach(() => jest.useRealTimers());

describe('the wall clock is set', () => {
  it.each([HOUR, -HOUR])(
    'by %d ms within a day: nothing changes, and the border comes by the clock',
    async (stepMs) => {
      const fixture = new RecorderFixture();
      await fixture.publish();
      setClockBy(stepMs);

      await pass(12 * HOUR - stepMs - 40_000);
      expect(fixture.engine.rollovers).toEqual([]);
      await pass(20_000);

      expect(fixture.engine.rollovers).toMatchObject([{ directory: 'cam/2026/11/21' }]);
      expect(fixture.engine.orders).toHaveLength(1);
    },
  );

  it('forward over a border: the next day is gone on in within seconds, once', async () => {
    const fixture = new RecorderFixture();
    const id = await fixture.publish();
    setClockBy(12 * HOUR + 1_800_000);

    await pass(10_000);
    expect(await cross(fixture, id)).toBe('cam/2026/11/21');
    await pass(10 * HOUR);

    expect(fixture.engine.rollovers).toHaveLength(1);
    expect(fixture.engine.orders).toHaveLength(1);
  });

  it('forward over several borders: the day that it shows is gone on in', async () => {
    const fixture = new RecorderFixture();
    const id = await fixture.publish();
    setClockBy(80 * HOUR);

    await pass(10_000);

    expect(await cross(fixture, id)).toBe('cam/2026/11/23');
    await pass(HOUR);
    expect(fixture.engine.rollovers).toHaveLength(1);
  });

  it('forward while a border is prepared: the day that it shows follows', async () => {
    const fixture = new RecorderFixture();
    const id = await fixture.publish();
    await pass(12 * HOUR - 20_000);
    setClockBy(40 * HOUR);

    expect(await cross(fixture, id)).toBe('cam/2026/11/21');
    await pass(10_000);

    expect(await cross(fixture, id)).toBe('cam/2026/11/22');
    await pass(10_000);
    expect(fixture.engine.rollovers).toHaveLength(2);
  });

  it('back over a border that was crossed: it is not crossed again', async () => {
    const fixture = new RecorderFixture();
    const id = await fixture.publish();
    await pass(12 * HOUR + 1_000);
    await cross(fixture, id);
    setClockBy(-HOUR);
    await pass(24 * HOUR);
    expect(fixture.engine.rollovers).toHaveLength(1);

    await pass(HOUR);

    expect(fixture.engine.rollovers.map(({ directory }) => directory)).toEqual(['cam/2026/11/21', 'cam/2026/11/22']);
  });

  it('back and forward again and again over a border: it is crossed once', async () => {
    const fixture = new RecorderFixture();
    const id = await fixture.publish();
    await pass(12 * HOUR + 1_000);
    await cross(fixture, id);
    for (let round = 0; round < 20; round++) {
      setClockBy(round % 2 === 0 ? -HOUR : HOUR);
      await pass(30_000);
    }

    expect(fixture.engine.rollovers).toHaveLength(1);
  });

  it.each([HOUR, -HOUR])(
    'by %d ms: players are told the time that the session goes by, in the next directory too',
    async (stepMs) => {
      const fixture = new RecorderFixture();
      const id = await fixture.publish();
      await fixture.tell({ type: 'recording-anchored', recordingSessionId: id, anchorEpochMs: NOON });
      setClockBy(stepMs);
      await pass(1_000);
      expect(fixture.manifests.nowEpochMs()).toBe(NOON + 1_000);

      await pass(12 * HOUR);
      await cross(fixture, id);

      expect(fixture.manifests.nowEpochMs()).toBe(NOON + 12 * HOUR + 1_000);
    },
  );

  it.each([HOUR, -2 * HOUR])(
    'by %d ms before a worker is lost: the session goes on where it was, in its time',
    async (stepMs) => {
      const fixture = new RecorderFixture(new MemoryIndex());
      const id = await fixture.publish();
      await fixture.tell({ type: 'recording-anchored', recordingSessionId: id, anchorEpochMs: NOON });
      await pass(12 * HOUR + 1_000);
      await cross(fixture, id);
      await fixture.tell({ type: 'segment-closed', segment: segment(id, 1, 'cam/2026/11/21') });
      setClockBy(stepMs);
      await fixture.close('worker-lost');
      await fixture.tell({ type: 'worker-lost', worker: 0, streamIds: ['cam'] });

      await fixture.publish('b');

      expect(fixture.engine.orders.slice(1)).toMatchObject([
        { recordingSessionId: id, directory: 'cam/2026/11/21', nextSegmentNumber: 2, anchorEpochMs: NOON + stepMs },
      ]);
    },
  );
});
