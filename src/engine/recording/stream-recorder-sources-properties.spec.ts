import fc from 'fast-check';
import type { CodecParameters } from '../../media/codecs/codec.js';
import { AUDIO, RecorderFixture, VIDEO, VIDEO_PARAMETERS } from './testing/recorder-fixture.js';

/** Each codec with two sizes of picture. */
const PARAMETERS: Readonly<Record<string, readonly CodecParameters[]>> = {
  H264: [VIDEO_PARAMETERS, { ...VIDEO_PARAMETERS, width: 1280, height: 720 }],
  VP9: [
    { ...VIDEO_PARAMETERS, codecString: 'vp09.00.10.08' },
    { ...VIDEO_PARAMETERS, codecString: 'vp09.00.10.08', width: 320 },
  ],
};

const step = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      type: fc.constant('media' as const),
      durationMs: fc.integer({ min: 1, max: 900 }),
      size: fc.integer({ min: 0, max: 1 }),
      keyframeEvery: fc.integer({ min: 1, max: 20 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('change' as const),
      mid: fc.constantFrom(VIDEO, AUDIO),
      ssrc: fc.integer({ min: 1, max: 4 }),
      codecName: fc.constantFrom('H264', 'VP9'),
      aheadMs: fc.integer({ min: -100_000, max: 100_000 }),
      isReported: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('pause' as const), durationMs: fc.integer({ min: 1, max: 9_000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('interrupt' as const) }) },
);

type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

class Sender {
  private codecName = 'H264';
  private frame = 0;

  constructor(private readonly fixture: RecorderFixture) {}

  async take(one: Step): Promise<void> {
    const { fixture } = this;
    if (one.type === 'media') await this.send(one);
    if (one.type === 'change') this.change(one);
    if (one.type === 'pause') await fixture.pass(one.durationMs);
    if (one.type === 'interrupt') fixture.recorder.interrupt();
  }

  private async send({ durationMs, size, keyframeEvery }: Extract<Step, { type: 'media' }>): Promise<void> {
    const { fixture } = this;
    const parameters = PARAMETERS[this.codecName]?.[size] ?? VIDEO_PARAMETERS;
    for (const endMs = fixture.clock.nowMs + durationMs; fixture.clock.nowMs < endMs; fixture.clock.nowMs += 20) {
      fixture.recorder.tick(fixture.clock.nowMs);
      fixture.picture({ isKeyframe: this.frame % keyframeEvery === 0, parameters });
      fixture.sound();
      this.frame += 1;
    }
    await fixture.settle();
  }

  private change({ mid, ssrc, codecName, aheadMs, isReported }: Extract<Step, { type: 'change' }>): void {
    const { fixture } = this;
    if (mid === VIDEO) this.codecName = codecName;
    fixture.change(mid, { ssrc, codecName: mid === VIDEO ? codecName : 'opus' }, aheadMs);
    if (isReported) fixture.report(mid, fixture.clock.nowMs);
  }
}

function overlaps(fixture: RecorderFixture, kind: 'video' | 'audio'): number {
  const samples = fixture.samples(kind);
  return samples.slice(1).filter(({ decodeTicks }, index) => {
    const before = samples[index];
    return before !== undefined && decodeTicks < before.decodeTicks + before.durationTicks;
  }).length;
}

describe('StreamRecorder, whatever becomes of the sources', () => {
  it('has no time twice, keeps time with the clock, and gives all memory back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
        const fixture = new RecorderFixture();
        fixture.attach(VIDEO, AUDIO);
        const startMs = fixture.clock.nowMs;
        const sender = new Sender(fixture);
        for (const one of steps) await sender.take(one);
        const lengthMs = fixture.clock.nowMs - startMs;
        await fixture.recorder.stop();

        const [video, audio] = [fixture.samples('video').at(-1), fixture.samples('audio').at(-1)];
        expect([overlaps(fixture, 'video'), overlaps(fixture, 'audio')]).toEqual([0, 0]);
        expect((video?.decodeTicks ?? 0) / 90).toBeLessThan(lengthMs + 1_000);
        expect((audio?.decodeTicks ?? 0) / 48).toBeLessThan(lengthMs + 1_000);
        expect(fixture.recorder.memoryBytes).toBe(0);
      }),
      { numRuns: 30 },
    );
  }, 60_000);
});
