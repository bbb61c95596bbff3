import fc from 'fast-check';
import type { RecordingOrder } from '../protocol.js';
import { AUDIO, FRAME_MS, RecorderFixture, VIDEO } from './testing/recorder-fixture.js';
import { readSamples, type ReadSample } from './testing/segment-samples.js';

const LIMIT_MS = 5_000;

function recorder(order: Partial<RecordingOrder> = {}, mids = [VIDEO, AUDIO]): RecorderFixture {
  const fixture = new RecorderFixture({ maxDurationMs: LIMIT_MS, ...order });
  fixture.attach(...mids);
  for (const mid of mids) fixture.report(mid, fixture.clock.nowMs);
  return fixture;
}

interface KeptSession {
  readonly id: string;
  readonly numbers: readonly number[];
  readonly periods: readonly number[];
  readonly video: readonly ReadSample[];
  readonly audio: readonly ReadSample[];
}

/** What the files of each session hold, in the order they began. */
function sessionsOf(fixture: RecorderFixture): KeptSession[] {
  const ids = ['session', ...fixture.eventsOf('recording-rotated').map(({ nextSessionId }) => nextSessionId)];
  return ids.map((id) => {
    const segments = fixture.segments.filter(({ recordingSessionId }) => recordingSessionId === id);
    const samples = (kind: 'video' | 'audio'): ReadSample[] =>
      segments
        .flatMap(({ objects }) => objects.filter((object) => object.kind === kind))
        .flatMap(({ objectKey }) => readSamples(fixture.files.bytesOf(objectKey)));
    return {
      id,
      numbers: segments.map(({ number }) => number),
      periods: segments.map(({ period }) => period),
      video: samples('video'),
      audio: samples('audio'),
    };
  });
}

const secondsOf = (samples: readonly ReadSample[], timescale: number): [number | undefined, number | undefined] => {
  const [first, last] = [samples[0], samples.at(-1)];
  return [
    first && first.decodeTicks / timescale,
    last && Math.round(((last.decodeTicks + last.durationTicks) / timescale) * 1000) / 1000,
  ];
};

const serial = ({ bytes }: ReadSample): number => (bytes[0] ?? 0) * 65_536 + (bytes[1] ?? 0) * 256 + (bytes[2] ?? 0);

describe('StreamRecorder, a session that reaches its limit', () => {
  it('ends at the first key frame after it in both tracks, where the next one begins at its own 0', async () => {
    const fixture = recorder();
    await fixture.play(14_000);
    await fixture.recorder.stop();

    const sessions = sessionsOf(fixture);
    expect(sessions.map(({ video }) => secondsOf(video, 90_000))).toEqual([
      [0, 6],
      [0, 6],
      [0, 2],
    ]);
    expect(sessions.map(({ audio }) => secondsOf(audio, 48_000))).toEqual([
      [0, 6],
      [0, 6],
      [0, 2],
    ]);
    expect(sessions.every(({ video }) => video[0]?.isSync)).toBe(true);
    const serials = sessions.flatMap(({ video, audio }) => [...video, ...audio].map(serial));
    expect(serials.sort((a, b) => a - b)).toEqual(Array.from({ length: 14 * 80 }, (_, index) => index + 1));
    expect(fixture.gaps).toEqual([]);
  });

  it('leaves the directory and its numbers to the next, which begins with a Period of its own', async () => {
    const fixture = recorder({ segmentDurationMs: 2_000 });
    await fixture.play(12_000);
    await fixture.recorder.stop();

    expect(sessionsOf(fixture).map(({ numbers, periods }) => [numbers, periods])).toEqual([
      [
        [1, 2, 3],
        [0, 0, 0],
      ],
      [
        [4, 5, 6],
        [0, 0, 0],
      ],
    ]);
    expect(fixture.names().filter((name) => name.includes('init'))).toEqual(['audio_init.m4s', 'init.m4s']);
    const tracks = fixture.eventsOf('track-recorded');
    expect(new Set(tracks.map(({ recordingSessionId }) => recordingSessionId)).size).toBe(2);
    expect(tracks.map(({ track }) => track.initObjectKey.split('/').at(-1)).sort()).toEqual([
      ...['audio_init.m4s', 'audio_init.m4s'],
      ...['init.m4s', 'init.m4s'],
    ]);
  });

  it('is told at once, its end after its last segment and before the first of the next', async () => {
    const fixture = recorder();
    await fixture.play(7_000);
    await fixture.recorder.stop();

    const order = fixture.events
      .map((event) => (event.type === 'segment-closed' ? `segment ${event.segment.number}` : event.type))
      .filter((type) => /^(segment|recording-(rotated|completed))/.test(type));
    expect(order).toEqual(['recording-rotated', 'segment 1', 'recording-completed', 'segment 2']);
  });

  it('gives the next one the wall clock of its first picture', async () => {
    const fixture = recorder();
    const startEpochMs = fixture.clock.epochMs();
    await fixture.play(4_000);
    fixture.clock.epochAheadMs += 3_600_000;
    await fixture.play(4_000);
    await fixture.recorder.stop();

    expect(fixture.eventsOf('recording-rotated')).toMatchObject([
      { recordingSessionId: 'session', directory: 'cam/2026/11/20', anchorEpochMs: startEpochMs + 3_606_000 },
    ]);
  });

  it('is cut by time when no key frame comes', async () => {
    const fixture = recorder({ segmentDurationMs: 2_000 });
    await fixture.play(9_000, { keyframeMs: 60_000 });
    await fixture.recorder.stop();

    const [first, second] = sessionsOf(fixture);
    expect(secondsOf(first?.video ?? [], 90_000)).toEqual([0, 7]);
    expect(second?.video[0]).toMatchObject({ decodeTicks: 0, isSync: false });
    expect((first?.video.length ?? 0) + (second?.video.length ?? 0)).toBe(270);
  });

  it('of sound alone ends at the next packet', async () => {
    const fixture = recorder({}, [AUDIO]);
    await fixture.play(8_000, { video: false });
    await fixture.recorder.stop();

    expect(sessionsOf(fixture).map(({ audio }) => secondsOf(audio, 48_000))).toEqual([
      [0, 5],
      [0, 3],
    ]);
  });

  it('while its publisher is away: the next one begins with what comes, and nothing is missing between', async () => {
    const fixture = recorder();
    await fixture.play(3_000);
    fixture.recorder.interrupt();
    await fixture.pass(20_000);
    await fixture.play(1_000);
    await fixture.recorder.stop();

    expect(sessionsOf(fixture).map(({ video }) => secondsOf(video, 90_000))).toEqual([
      [0, 3],
      [0, 1],
    ]);
    expect(fixture.gaps).toEqual([]);
  });

  it('at the border of a day: the next one begins in the next directory', async () => {
    const fixture = recorder();
    fixture.recorder.rollOver({
      ...{ recordingSessionId: 'session', directory: 'cam/2026/11/21', nextSegmentNumber: 1, knownInits: [] },
      nextInitNumber: { video: 1, audio: 1 },
      atEpochMs: fixture.clock.epochMs() + LIMIT_MS,
    });
    await fixture.play(8_000);
    await fixture.recorder.stop();

    const [first, second] = fixture.segments;
    expect([first?.directory, second?.directory]).toEqual(['cam/2026/11/20', 'cam/2026/11/21']);
    expect(second?.recordingSessionId).not.toBe('session');
    expect(second?.period).toBe(0);
    expect(fixture.eventsOf('recording-rolled-over')[0]?.recordingSessionId).toBe(second?.recordingSessionId);
  });

  it('tells of a loss that goes on over it in both', async () => {
    const fixture = recorder({ segmentDurationMs: 2_000 });
    await fixture.play(6_000, { keyframeMs: 60_000 });
    fixture.source(VIDEO).sink.damaged();
    fixture.clock.nowMs += 500;
    for (let frame = 0; frame < 60; frame++) {
      fixture.picture();
      fixture.sound();
      fixture.clock.nowMs += FRAME_MS;
    }
    fixture.picture({ isKeyframe: true });
    await fixture.recorder.stop();

    const video = fixture.eventsOf('gap-recorded').filter(({ gap }) => gap.kind === 'video');
    const [{ gap: before } = { gap: undefined }, { gap: after } = { gap: undefined }] = video;
    expect(before).toMatchObject({ startMs: 6_000, cause: 'loss' });
    expect(after).toMatchObject({ startMs: 0, cause: 'loss' });
    expect((before?.durationMs ?? 0) + (after?.durationMs ?? 0)).toBeCloseTo(2_500, -1);
  });

  it('goes on under the order of a session that was taken up again', async () => {
    const anchorEpochMs = 1_800_000_000_000;
    const fixture = recorder({ anchorEpochMs, endMs: 4_000, nextPeriod: 3 });
    await fixture.play(4_000, { keyframeMs: 1_000 });
    await fixture.recorder.stop();

    const [first, second] = sessionsOf(fixture);
    expect(first?.periods).toEqual([]);
    expect(second?.periods).toEqual([0]);
    expect(secondsOf(second?.video ?? [], 90_000)).toEqual([0, 4]);
  });

  it('and one that is split ends at the next key frame, once', async () => {
    const fixture = recorder({ maxDurationMs: Infinity });
    await fixture.play(2_500);
    fixture.recorder.split();
    fixture.recorder.split();
    await fixture.play(9_500);
    await fixture.recorder.stop();

    const sessions = sessionsOf(fixture);
    expect(sessions.map(({ video }) => secondsOf(video, 90_000))).toEqual([
      [0, 2.5],
      [0, 9.5],
    ]);
    const serials = sessions.flatMap(({ video, audio }) => [...video, ...audio].map(serial));
    expect(serials.sort((a, b) => a - b)).toEqual(Array.from({ length: 12 * 80 }, (_, index) => index + 1));
    expect(fixture.gaps).toEqual([]);
  });

  it('loses and doubles nothing, however long and often', async () => {
    const plan = fc.record({
      maxDurationMs: fc.integer({ min: 1_000, max: 7_000 }),
      segmentDurationMs: fc.integer({ min: 1_000, max: 4_000 }),
      keyframeMs: fc.integer({ min: 100, max: 9_000 }),
      tracks: fc.constantFrom<string[]>([VIDEO, AUDIO], [VIDEO], [AUDIO]),
      seconds: fc.integer({ min: 1, max: 12 }),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ keyframeMs, tracks, seconds, ...order }) => {
        const fixture = recorder(order, tracks);
        const [video, audio] = [tracks.includes(VIDEO), tracks.includes(AUDIO)];
        await fixture.play(seconds * 1_000, { keyframeMs, video, audio });
        await fixture.recorder.stop();

        const sessions = sessionsOf(fixture);
        const serials = sessions.flatMap((session) => [...session.video, ...session.audio].map(serial));
        const sent = seconds * ((video ? 30 : 0) + (audio ? 50 : 0));
        expect(serials.sort((a, b) => a - b)).toEqual(Array.from({ length: sent }, (_, index) => index + 1));
        for (const { video: pictures, audio: sounds } of sessions) {
          for (const samples of [pictures, sounds]) {
            let end = samples[0]?.decodeTicks ?? 0;
            expect(end).toBeLessThan(960);
            for (const { decodeTicks, durationTicks } of samples) {
              expect(decodeTicks).toBe(end);
              end = decodeTicks + durationTicks;
            }
          }
        }
        const numbers = fixture.segments.map(({ number }) => number);
        expect(numbers).toEqual(numbers.map((_, index) => index + 1));
      }),
      { numRuns: 25 },
    );
  });
});
