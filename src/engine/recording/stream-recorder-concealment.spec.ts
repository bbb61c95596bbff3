import { opusDurationTicks } from '../../media/codecs/opus/packet.js';
import {
  AUDIO,
  AUDIO_MS,
  isConcealing,
  RecorderFixture,
  VIDEO,
  type SoundOptions,
} from './testing/recorder-fixture.js';
import { readFragments, type ReadSample } from './testing/segment-samples.js';

/** Full band stereo: one frame of 20 ms. */
const HEAD = 0xfc;
const TICKS_PER_MS = 48;

/** Sends Opus packets of 20 ms; each has a number. */
class Bench extends RecorderFixture {
  readonly sent: Uint8Array[] = [];

  override sound(options: SoundOptions = {}): Uint8Array {
    const number = this.sent.length;
    const bytes = Uint8Array.of(HEAD, number >> 8, number, 1);
    this.sent.push(bytes);
    return super.sound({ ...options, bytes });
  }

  get audio(): ReadSample[] {
    return this.stored('audio');
  }

  get received(): Uint8Array[] {
    return this.samples('audio').map(({ bytes }) => bytes);
  }
}

function attached(mids: readonly string[], order: ConstructorParameters<typeof RecorderFixture>[0] = {}): Bench {
  const bench = new Bench(order);
  bench.attach(...mids);
  for (const mid of mids) bench.report(mid, bench.clock.nowMs);
  return bench;
}

/** Milliseconds by which what a decoder makes of the bytes is away from where the file says they are, each sample. */
function errors(samples: readonly ReadSample[]): number[] {
  let heardTicks = samples[0]?.decodeTicks ?? 0;
  return samples.map((sample) => {
    const error = (heardTicks - sample.decodeTicks) / TICKS_PER_MS;
    heardTicks += lengthOf(sample.bytes);
    return error;
  });
}

function lengthOf(bytes: Uint8Array): number {
  return opusDurationTicks(bytes, 0, bytes.length);
}

const greatest = (values: readonly number[]): number => Math.max(...values.map(Math.abs));

describe.each([
  ['with pictures', [VIDEO, AUDIO]],
  ['alone', [AUDIO]],
])('StreamRecorder, holes in sound %s', (_name, mids) => {
  const video = mids.length > 1;

  it.each([1, 3, 20])('puts %i packets that ask for concealment where as many are missing', async (missing) => {
    const bench = attached(mids);
    await bench.play(1_000, { video });
    for (let hole = 0; hole < 3; hole++) {
      bench.source(AUDIO).sink.damaged();
      await bench.play(missing * AUDIO_MS, { video, audio: false, opensWithKeyframe: false });
      await bench.play(600, { video, opensWithKeyframe: false });
    }
    await bench.recorder.stop();

    expect(bench.received).toEqual(bench.sent);
    const concealing = bench.audio.filter(isConcealing);
    expect(concealing.map(({ bytes }) => [...bytes])).toEqual(Array.from({ length: 3 * missing }, () => [HEAD]));
    expect(greatest(errors(bench.audio))).toBeLessThan(2.5);
    expect(bench.audio.every(({ durationTicks }) => Math.abs(durationTicks - 960) < 60)).toBe(true);
    const gaps = bench.gaps.filter(({ kind }) => kind === 'audio');
    expect(gaps.map(({ durationMs, cause }) => [durationMs, cause])).toEqual(
      Array.from({ length: 3 }, () => [missing * AUDIO_MS, 'loss']),
    );
    const objects = bench.segments.flatMap((segment) => segment.objects).filter(({ kind }) => kind === 'audio');
    expect(objects.reduce((sum, { samples }) => sum + samples, 0)).toBe(bench.sent.length);
  });

  it('fills the pauses of a sender that sends one packet each 400 ms in silence', async () => {
    const bench = attached(mids);
    await bench.play(1_000, { video });
    for (let packet = 0; packet < 50; packet++) {
      await bench.play(AUDIO_MS, { video, opensWithKeyframe: packet % 10 === 0 });
      await bench.play(380, { video, audio: false, opensWithKeyframe: false });
    }
    await bench.play(1_000, { video });
    await bench.recorder.stop();

    expect(bench.received).toEqual(bench.sent);
    expect(bench.audio.filter(isConcealing)).toHaveLength(50 * 19);
    expect(greatest(errors(bench.audio))).toBeLessThan(2.5);
    expect(bench.gaps).toEqual([]);
    for (const { objectKey } of bench.segments.flatMap((segment) => segment.objects)) {
      for (const { samples } of readFragments(bench.files.bytesOf(objectKey))) {
        const [first, last] = [samples[0], samples.at(-1)];
        expect((last?.decodeTicks ?? 0) - (first?.decodeTicks ?? 0)).toBeLessThanOrEqual(90_000);
      }
    }
  });

  it('lets the last sample before take what no frame fits, and nothing adds up', async () => {
    const bench = attached(mids);
    await bench.play(1_000, { video });
    for (let hole = 0; hole < 40; hole++) {
      await bench.play(28.6, { video, audio: false, opensWithKeyframe: false });
      await bench.play(200, { video, opensWithKeyframe: hole % 8 === 0 });
    }
    await bench.recorder.stop();

    expect(bench.received).toEqual(bench.sent);
    expect(bench.audio.filter(isConcealing).length).toBeGreaterThanOrEqual(80);
    const places = bench.samples('audio').map(({ decodeTicks }) => decodeTicks);
    expect((places.at(-1) ?? 0) / TICKS_PER_MS).toBeCloseTo(1_000 + 40 * 228.6 - AUDIO_MS, 0);
    expect(bench.audio.filter(({ durationTicks }) => durationTicks > 960 + 60)).toEqual([]);
  });
});

describe('StreamRecorder, sound without holes', () => {
  it('puts nothing between packets of a clock that drifts', async () => {
    const bench = attached([VIDEO, AUDIO]);
    for (let second = 0; second < 60; second++) {
      await bench.play(1_000);
      bench.report(AUDIO, bench.clock.nowMs, bench.clock.nowMs + 5_000_000 + 0.5 * second);
      bench.report(VIDEO, bench.clock.nowMs);
    }
    await bench.recorder.stop();

    expect(bench.audio.map(({ bytes }) => bytes)).toEqual(bench.sent);
  });

  it('puts nothing where a segment ended without sound long ago', async () => {
    const bench = attached([VIDEO, AUDIO], { segmentDurationMs: 2_000 });
    await bench.play(1_000);
    await bench.play(5_000, { audio: false });
    await bench.play(1_000);
    await bench.recorder.stop();

    expect(bench.audio.map(({ bytes }) => bytes)).toEqual(bench.sent);
  });
});

describe('StreamRecorder, a hole in sound alone over more than a segment', () => {
  it('keeps segments at their length, those of nothing but concealment too', async () => {
    const bench = attached([AUDIO], { segmentDurationMs: 2_000 });
    await bench.play(1_000, { video: false });
    await bench.pass(3_600);
    await bench.play(1_000, { video: false });
    await bench.recorder.stop();

    const objects = bench.segments.flatMap((segment) => segment.objects);
    expect(objects.map(({ startTicks }) => startTicks / 48_000)).toEqual([0, 2, 4]);
    expect(objects.map(({ samples }) => samples)).toEqual([50, 0, 50]);
    expect(bench.received).toEqual(bench.sent);
  });
});
