import type { CodecParameters } from '../../media/codecs/codec.js';
import { AUDIO, FRAME_MS, RecorderFixture, VIDEO, VIDEO_PARAMETERS } from './testing/recorder-fixture.js';

const OTHER_SIZE: CodecParameters = {
  ...VIDEO_PARAMETERS,
  configuration: Uint8Array.of(1, 0x42, 0xe0, 0x28, 0xff, 0xe0, 0),
  codecString: 'avc1.42E028',
  width: 1280,
  height: 720,
};
const B_FRAMES: CodecParameters = { ...VIDEO_PARAMETERS, reorderDepth: 1 };

function reported(...args: ConstructorParameters<typeof RecorderFixture>): RecorderFixture {
  const fixture = new RecorderFixture(...args);
  fixture.attach(VIDEO, AUDIO);
  fixture.reportBoth();
  return fixture;
}

/** Pictures and sound for a while, the pictures with other parameters. */
function playWith(fixture: RecorderFixture, parameters: CodecParameters, frames: number): void {
  for (let frame = 0; frame < frames; frame++) {
    fixture.picture({ isKeyframe: frame === 0, parameters });
    fixture.sound();
    fixture.clock.nowMs += 20;
  }
}

/** Distances between samples that the durations do not say. */
function holes(samples: readonly { decodeTicks: number; durationTicks: number }[]): number[] {
  return samples.slice(1).flatMap((sample, index) => {
    const before = samples[index];
    const hole = sample.decodeTicks - ((before?.decodeTicks ?? 0) + (before?.durationTicks ?? 0));
    return hole === 0 ? [] : [hole];
  });
}

describe('StreamRecorder, a new set of parameters', () => {
  it('opens a new Period with an init object of its own, without a hole in time', async () => {
    const fixture = reported();
    await fixture.play(1_000);
    playWith(fixture, OTHER_SIZE, 100);
    await fixture.recorder.stop();

    expect(fixture.segments.map(({ number, period }) => [number, period])).toEqual([
      [1, 0],
      [2, 1],
    ]);
    const inits = fixture.tracks.map(({ initObjectKey, width }) => [initObjectKey, width]);
    expect(inits.sort()).toEqual([
      ['cam/2026/11/20/audio_init.m4s', undefined],
      ['cam/2026/11/20/init.m4s', 640],
      ['cam/2026/11/20/init_0002.m4s', 1280],
    ]);
    expect(holes(fixture.samples('audio'))).toEqual([]);
    expect(holes(fixture.samples('video'))).toEqual([]);
    expect(fixture.gaps).toEqual([]);
  });

  it('points back at the init object that is there when the parameters come again', async () => {
    const fixture = reported();
    await fixture.play(1_000);
    playWith(fixture, OTHER_SIZE, 50);
    playWith(fixture, { ...VIDEO_PARAMETERS }, 50);
    await fixture.recorder.stop();

    const used = fixture.segments.map(({ objects }) => objects.find(({ kind }) => kind === 'video')?.trackId);
    expect(used[2]).toBe(used[0]);
    expect(fixture.names().filter((name) => name.startsWith('init'))).toHaveLength(2);
  });

  it('changes nothing when the same parameters come as another object', async () => {
    const fixture = reported();
    await fixture.play(1_000);
    playWith(fixture, { ...VIDEO_PARAMETERS, configuration: VIDEO_PARAMETERS.configuration.slice() }, 50);
    await fixture.recorder.stop();

    expect(fixture.segments.map(({ period }) => period)).toEqual([0]);
  });

  it('tells a track of the directory again instead of writing it again', async () => {
    const before = reported();
    await before.play(1_000);
    await before.recorder.stop();
    const knownInits = before.tracks.map(({ trackId, kind, initObjectKey, initSha256 }) => {
      return { trackId, kind, objectKey: initObjectKey, sha256: initSha256 };
    });

    const fixture = reported({ knownInits, nextInitNumber: { video: 2, audio: 2 } });
    await fixture.play(1_000);
    await fixture.recorder.stop();

    expect(fixture.names()).toEqual(['audio_seg_0001.m4s', 'seg_0001.m4s']);
    expect(fixture.tracks).toEqual(before.tracks);
  });
});

describe('StreamRecorder, interruptions', () => {
  it('closes what is open at once, and opens a new Period after the true gap', async () => {
    const fixture = reported();
    await fixture.play(2_000);
    fixture.recorder.interrupt();
    await fixture.settle();
    expect(fixture.segments).toHaveLength(1);

    await fixture.pass(10_000);
    await fixture.play(2_000);
    await fixture.recorder.stop();

    expect(fixture.segments.map(({ number, period }) => [number, period])).toEqual([
      [1, 0],
      [2, 1],
    ]);
    const starts = fixture.segments[1]?.objects.map(({ startTicks, timescale }) => startTicks / timescale);
    expect(starts).toEqual([12, 12]);
    expect(fixture.gaps).toEqual([
      { kind: 'video', startMs: 2_000, durationMs: 10_000, cause: 'publisher-away' },
      { kind: 'audio', startMs: 2_000, durationMs: 10_000, cause: 'publisher-away' },
    ]);
  });

  it('takes a new publisher in with a new Period', async () => {
    const fixture = reported();
    await fixture.play(1_000);
    const { sink } = fixture.source(VIDEO);
    fixture.attach(VIDEO, AUDIO);
    fixture.clock.nowMs += 5_000;
    fixture.reportBoth();
    await fixture.play(1_000);
    sink.append(new Uint8Array(10), 0, 10);
    sink.finish({ timestamp: 1, isKeyframe: true, parameters: VIDEO_PARAMETERS, durationTicks: 0 });
    await fixture.recorder.stop();

    expect(fixture.segments.map(({ period }) => period)).toEqual([0, 1]);
    expect(fixture.samples('video')).toHaveLength(60);
  });

  it('measures the gap by the monotonic clock, whatever happens to the wall clock', async () => {
    const fixture = reported();
    await fixture.play(1_000);
    fixture.recorder.interrupt();
    fixture.clock.epochAheadMs -= 3_600_000;
    await fixture.pass(3_000);
    await fixture.play(1_000);
    await fixture.recorder.stop();

    expect(fixture.segments[1]?.objects.map(({ startTicks, timescale }) => startTicks / timescale)).toEqual([4, 4]);
  });

  it('goes on after a restart where the anchor says', async () => {
    const fixture = reported({
      anchorEpochMs: 1_800_000_010_000 - 60_000,
      endMs: 45_000,
      nextPeriod: 3,
      nextSegmentNumber: 9,
    });
    await fixture.play(1_000);
    await fixture.recorder.stop();

    expect(fixture.eventsOf('recording-anchored')).toEqual([]);
    expect(fixture.segments).toMatchObject([{ number: 9, period: 3 }]);
    expect(fixture.segments[0]?.objects.map(({ startTicks, timescale }) => startTicks / timescale)).toEqual([60, 60]);
    expect(fixture.gaps[0]).toEqual({ kind: 'video', startMs: 45_000, durationMs: 15_000, cause: 'publisher-away' });
  });

  it('never starts a Period before the end of what is written, also when the wall clock was set back', async () => {
    const fixture = reported({ anchorEpochMs: 1_800_000_010_000 + 3_600_000, endMs: 45_000 });
    await fixture.play(3_000);
    await fixture.recorder.stop();

    expect(fixture.segments[0]?.objects.map(({ startTicks, timescale }) => startTicks / timescale)).toEqual([45, 45]);
    expect(fixture.samples('video').every(({ durationTicks }) => durationTicks === 3_000)).toBe(true);
  });

  it('keeps a picture whole that an interruption comes into', async () => {
    const fixture = reported();
    await fixture.play(1_000);
    const { sink } = fixture.source(VIDEO);
    fixture.source(VIDEO).arrival(fixture.clock.nowMs, false);
    sink.append(Uint8Array.of(1, 2, 3, 4), 0, 4);
    fixture.recorder.interrupt();
    sink.setUint32(0, 0x05060708);
    sink.append(Uint8Array.of(9), 0, 1);
    sink.finish({ timestamp: 1_000_000, isKeyframe: true, parameters: VIDEO_PARAMETERS, durationTicks: 0 });
    await fixture.recorder.stop();

    expect(fixture.samples('video').at(-1)?.bytes).toEqual(Uint8Array.of(5, 6, 7, 8, 9));
    expect(fixture.recorder.memoryBytes).toBe(0);
  });

  it('interrupts by itself when nothing at all comes for twice the length of a segment', async () => {
    const fixture = reported({ segmentDurationMs: 2_000 });
    await fixture.play(1_000);
    await fixture.pass(4_000);

    expect(fixture.segments).toHaveLength(1);
    expect(fixture.segments[0]?.objects.every(({ durationTicks, timescale }) => durationTicks === timescale)).toBe(
      true,
    );
  });
});

describe('StreamRecorder, RTP time', () => {
  it.each([
    ['forward by an hour', 3_600_000],
    ['back by an hour', -3_600_000],
  ])(
    'goes on in the same Period when both tracks jump %s in the middle of a group of pictures, losing nothing',
    async (_, jumpMs) => {
      const fixture = reported();
      await fixture.play(2_000);
      for (let step = 0; step < 50; step++) {
        const atMs = fixture.clock.nowMs + jumpMs;
        fixture.picture({ isKeyframe: false, atMs });
        fixture.sound({ atMs: atMs + 3 });
        fixture.clock.nowMs += 20;
      }
      await fixture.recorder.stop();

      expect(fixture.segments.map(({ period }) => period)).toEqual([0]);
      expect(fixture.samples('video')).toHaveLength(60 + 50);
      expect(fixture.samples('audio')).toHaveLength(100 + 50);
      const end = fixture.segments[0]?.objects.map(
        (object) => (object.startTicks + object.durationTicks) / object.timescale,
      );
      for (const seconds of end ?? []) expect(Math.abs(seconds - 3)).toBeLessThan(0.06);
      expect(end).toHaveLength(2);
      expect(fixture.gaps).toEqual([]);
    },
  );

  it('lasts as long as our clock says when it jumps after a pause, in which nothing was lost', async () => {
    const fixture = reported();
    await fixture.play(2_000);
    fixture.clock.nowMs += 2_000;
    fixture.picture({ isKeyframe: true, atMs: fixture.clock.nowMs + 500_000 });
    await fixture.recorder.stop();

    expect(fixture.samples('video').at(-2)?.durationTicks).toBe(2_000 * 90 + 3_000);
    expect(fixture.gaps).toEqual([]);
  });

  it('takes sound on over holes without packets: silence is no loss', async () => {
    const fixture = reported();
    fixture.picture({ isKeyframe: true });
    for (let packet = 0; packet < 10; packet++) {
      fixture.sound();
      fixture.clock.nowMs += 400;
    }
    await fixture.recorder.stop();

    expect(fixture.samples('audio').map(({ decodeTicks }) => decodeTicks)).toEqual(
      Array.from({ length: 10 }, (_, packet) => packet * 19_200),
    );
    expect(fixture.stored('audio').reduce((sum, { durationTicks }) => sum + durationTicks, 0)).toBe(9 * 19_200 + 960);
    expect(fixture.gaps).toEqual([]);
  });

  it('grows over the border of 32 bits', async () => {
    const fixture = new RecorderFixture();
    fixture.clock.nowMs = Math.ceil(2 ** 32 / 90) - 2_000;
    fixture.attach(VIDEO, AUDIO);
    fixture.reportBoth();
    await fixture.play(3_000);
    await fixture.recorder.stop();

    expect(holes(fixture.samples('video'))).toEqual([]);
    expect(fixture.segments).toHaveLength(1);
  });

  it('keeps decoding order and writes composition offsets for B-frames', async () => {
    const fixture = reported();
    const startMs = fixture.clock.nowMs;
    const order: number[] = [];
    // I P B B, P B B …: every third picture is sent before the two that are shown before it.
    for (let group = 0; group < 40; group++) {
      for (const place of group === 0 ? [0, 3, 1, 2] : [3, 1, 2]) {
        const shown = group === 0 ? place : group * 3 + place;
        order.push(shown);
        fixture.clock.nowMs += FRAME_MS;
        fixture.picture({ isKeyframe: shown === 0, parameters: B_FRAMES, atMs: startMs + shown * FRAME_MS });
      }
    }
    await fixture.recorder.stop();

    const samples = fixture.samples('video');
    expect(samples.map(({ presentationTicks }) => presentationTicks)).toEqual(order.map((shown) => shown * 3_000));
    expect(samples.map(({ decodeTicks }) => decodeTicks)).toEqual(order.map((_, index) => index * 3_000));
    expect(samples.every(({ durationTicks }) => durationTicks === 3_000)).toBe(true);
  });
});

describe('StreamRecorder, the next directory', () => {
  const next = {
    recordingSessionId: 'session',
    directory: 'cam/2026/11/21',
    nextSegmentNumber: 1,
    nextInitNumber: { video: 1, audio: 1 },
    knownInits: [],
  };

  it('goes on there at the first key frame after the border, with init objects of its own', async () => {
    const fixture = reported();
    fixture.recorder.rollOver({ ...next, atEpochMs: fixture.clock.epochMs() + 3_000 });
    await fixture.play(6_000);
    await fixture.recorder.stop();

    expect(fixture.segments.map(({ directory, number, period }) => [directory, number, period])).toEqual([
      ['cam/2026/11/20', 1, 0],
      ['cam/2026/11/21', 1, 1],
    ]);
    expect(fixture.names('cam/2026/11/21')).toEqual([
      'audio_init.m4s',
      'audio_seg_0001.m4s',
      'init.m4s',
      'seg_0001.m4s',
    ]);
    expect(fixture.segments[1]?.objects.map(({ startTicks, timescale }) => startTicks / timescale)).toEqual([4, 4]);
    expect(holes(fixture.samples('audio'))).toEqual([]);
    const types = fixture.events.map(({ type }) => type);
    expect(types.indexOf('recording-rolled-over')).toBeGreaterThan(types.indexOf('segment-closed'));
    expect(types.indexOf('recording-rolled-over')).toBeLessThan(types.lastIndexOf('segment-closed'));
    expect(fixture.keyframeRequests).toBeGreaterThan(0);
  });

  it('is entered by time when no key frame comes', async () => {
    const fixture = reported({ segmentDurationMs: 2_000 });
    fixture.recorder.rollOver({ ...next, atEpochMs: fixture.clock.epochMs() + 1_000 });
    await fixture.play(3_500, { keyframeMs: 60_000 });
    await fixture.recorder.stop();

    const video = fixture.segments.map(({ directory, objects }) => {
      return [directory, objects.find(({ kind }) => kind === 'video')?.startTicks];
    });
    expect(video).toEqual([
      ['cam/2026/11/20', 0],
      ['cam/2026/11/21', 270_000],
    ]);
  });

  it('is entered at the border while nobody publishes', async () => {
    const fixture = reported();
    await fixture.play(1_000);
    fixture.recorder.interrupt();
    fixture.recorder.rollOver({ ...next, atEpochMs: fixture.clock.epochMs() + 2_000 });
    await fixture.pass(1_900);
    expect(fixture.eventsOf('recording-rolled-over')).toEqual([]);
    await fixture.pass(200);
    expect(fixture.eventsOf('recording-rolled-over')).toMatchObject([{ directory: 'cam/2026/11/21' }]);
    await fixture.play(1_000);
    await fixture.recorder.stop();

    expect(fixture.segments.map(({ directory }) => directory)).toEqual(['cam/2026/11/20', 'cam/2026/11/21']);
  });

  it.each([3_600_000, -3_600_000])(
    'does not come, and time goes on, when the clock is set by %d ms',
    async (stepMs) => {
      const fixture = reported();
      await fixture.play(5_000);
      fixture.clock.epochAheadMs += stepMs;
      await fixture.play(5_000);
      await fixture.recorder.stop();

      expect(fixture.eventsOf('recording-anchored')).toHaveLength(1);
      expect(new Set(fixture.segments.map(({ period }) => period))).toEqual(new Set([0]));
      expect(holes(fixture.samples('video'))).toEqual([]);
      expect(fixture.gaps).toEqual([]);
    },
  );

  it('begins at the next key frame when the clock is set past the border', async () => {
    const fixture = reported();
    fixture.recorder.rollOver({ ...next, atEpochMs: fixture.clock.epochMs() + 1_800_000 });
    await fixture.play(3_000);
    fixture.clock.epochAheadMs += 3_600_000;
    await fixture.play(6_000);
    await fixture.recorder.stop();

    expect(
      fixture.segments.map(({ directory, objects }) => [directory, objects[0]?.durationTicks, objects[0]?.independent]),
    ).toEqual([
      ['cam/2026/11/20', 270_000, true],
      ['cam/2026/11/21', 540_000, true],
    ]);
    expect(holes(fixture.samples('audio'))).toEqual([]);
  });

  it('waits for the clock when that is set back before the border', async () => {
    const fixture = reported();
    fixture.recorder.rollOver({ ...next, atEpochMs: fixture.clock.epochMs() + 4_000 });
    await fixture.play(2_000);
    fixture.clock.epochAheadMs -= 6_000;
    await fixture.play(6_000);
    expect(fixture.eventsOf('recording-rolled-over')).toEqual([]);
    await fixture.play(6_000);
    await fixture.recorder.stop();

    expect(fixture.eventsOf('recording-rolled-over')).toHaveLength(1);
    expect(holes(fixture.samples('video'))).toEqual([]);
  });

  it('stays where the recording is when the clock is set back behind it', async () => {
    const fixture = reported();
    fixture.recorder.rollOver({ ...next, atEpochMs: fixture.clock.epochMs() + 2_000 });
    await fixture.play(4_000);
    fixture.clock.epochAheadMs -= 3_600_000;
    await fixture.play(8_000);
    await fixture.recorder.stop();

    expect(new Set(fixture.segments.slice(1).map(({ directory }) => directory))).toEqual(new Set(['cam/2026/11/21']));
    expect(fixture.eventsOf('recording-rolled-over')).toHaveLength(1);
  });
});
