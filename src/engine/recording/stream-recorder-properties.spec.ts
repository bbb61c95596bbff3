import fc from 'fast-check';
import type { CodecParameters } from '../../media/codecs/codec.js';
import { AUDIO, isConcealing, RecorderFixture, VIDEO, VIDEO_PARAMETERS } from './testing/recorder-fixture.js';
import { readSamples } from './testing/segment-samples.js';

const PARAMETERS: readonly CodecParameters[] = [
  VIDEO_PARAMETERS,
  { ...VIDEO_PARAMETERS, configuration: Uint8Array.of(1, 2, 3), width: 1280 },
];

interface Sent {
  readonly video: string[];
  readonly audio: string[];
  /** When each packet of sound came. */
  readonly audioMs: number[];
}

type Step = (fixture: RecorderFixture, sent: Sent) => void | Promise<void>;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const seconds = (low: number, high: number): fc.Arbitrary<number> => fc.integer({ min: low * 1000, max: high * 1000 });

/** Both tracks send for a while, with an offset of RTP time that a jump may have brought. */
const media = fc
  .record({
    durationMs: seconds(0, 4),
    videoEveryMs: fc.constantFrom(20, 33.4, 500, 100_000),
    audioEveryMs: fc.constantFrom(20, 400, 100_000),
    keyframeEvery: fc.constantFrom(1, 30, 1_000),
    rtpAheadMs: fc.constantFrom(0, 0, 0, 50_000, -50_000),
    audioLateMs: fc.constantFrom(0, 120, -300),
    set: fc.constantFrom(0, 0, 1),
  })
  .map((plan): Step => {
    return async (fixture, sent) => {
      const endMs = fixture.clock.nowMs + plan.durationMs;
      let [videoMs, audioMs, frame] = [fixture.clock.nowMs, fixture.clock.nowMs, 0];
      const parameters = PARAMETERS[plan.set] ?? VIDEO_PARAMETERS;
      for (;;) {
        const nowMs = Math.min(videoMs, audioMs);
        if (nowMs >= endMs) break;
        fixture.clock.nowMs = nowMs;
        fixture.recorder.tick(nowMs);
        if (videoMs <= audioMs) {
          const isKeyframe = frame % plan.keyframeEvery === 0;
          sent.video.push(hex(fixture.picture({ isKeyframe, parameters, atMs: nowMs + plan.rtpAheadMs })));
          videoMs += plan.videoEveryMs;
          frame += 1;
        } else {
          sent.audioMs.push(nowMs);
          sent.audio.push(hex(fixture.sound({ atMs: nowMs + plan.rtpAheadMs + plan.audioLateMs })));
          audioMs += plan.audioEveryMs;
        }
        if (frame % 20 === 0) await fixture.settle();
      }
      fixture.clock.nowMs = endMs;
    };
  });

const pause = seconds(0, 9).map(
  (ms): Step =>
    (fixture) =>
      fixture.pass(ms),
);
const damage = fc.constantFrom(VIDEO, AUDIO).map(
  (mid): Step =>
    (fixture) =>
      fixture.source(mid).sink.damaged(),
);
const interrupt = fc.constant<Step>((fixture) => fixture.recorder.interrupt());
const attach = fc.constantFrom([VIDEO, AUDIO], [VIDEO, AUDIO], [VIDEO, AUDIO, AUDIO]).map(
  (mids): Step =>
    (fixture) =>
      fixture.attach(...mids),
);
const report = fc.record({ mid: fc.constantFrom(VIDEO, AUDIO), ntpAheadMs: fc.constantFrom(0, 0, 90, 4_000_000) });
const reports = report.map(({ mid, ntpAheadMs }): Step => {
  return (fixture) => fixture.report(mid, fixture.clock.nowMs, fixture.clock.nowMs + 5_000_000 + ntpAheadMs);
});
const captures = report.map(({ mid, ntpAheadMs }): Step => {
  return (fixture) => fixture.capture(mid, fixture.clock.nowMs, fixture.clock.nowMs + 6_000_000 + ntpAheadMs);
});
const border = seconds(0, 6).map((ms): Step => {
  return (fixture) =>
    fixture.recorder.rollOver({
      recordingSessionId: 'session',
      directory: `next/${fixture.clock.nowMs.toFixed(0)}`,
      nextSegmentNumber: 1,
      nextInitNumber: { video: 1, audio: 1 },
      knownInits: [],
      atEpochMs: fixture.clock.epochMs() + ms,
    });
});
const clockStep = fc.constantFrom(-3_600_000, 3_600_000).map((ms): Step => {
  return (fixture) => {
    fixture.clock.epochAheadMs += ms;
  };
});

const story = fc.array(
  fc.oneof({ weight: 6, arbitrary: media }, pause, damage, interrupt, attach, reports, captures, border, clockStep),
  { minLength: 1, maxLength: 12 },
);

const limit = fc.constantFrom(Infinity, 3_000);

async function record(
  steps: readonly Step[],
  maxDurationMs = Infinity,
): Promise<{ fixture: RecorderFixture; sent: Sent }> {
  const fixture = new RecorderFixture({ segmentDurationMs: 2_000, maxDurationMs });
  const sent: Sent = { video: [], audio: [], audioMs: [] };
  fixture.attach(VIDEO, AUDIO);
  for (const step of steps) await step(fixture, sent);
  await fixture.recorder.stop();
  return { fixture, sent };
}

function expectSubsequence(part: readonly string[], whole: readonly string[]): void {
  let at = 0;
  for (const item of part) {
    at = whole.indexOf(item, at) + 1;
    expect(at).toBeGreaterThan(0);
  }
}

/** In each session; the next one has a time of its own. */
function expectTimeThatGrows(fixture: RecorderFixture, kind: 'video' | 'audio'): void {
  const ends = new Map<string, number>();
  for (const { recordingSessionId, objects } of fixture.segments) {
    for (const { objectKey } of objects.filter((object) => object.kind === kind)) {
      for (const { decodeTicks, durationTicks } of readSamples(fixture.files.bytesOf(objectKey))) {
        expect(decodeTicks).toBeGreaterThanOrEqual(ends.get(recordingSessionId) ?? 0);
        expect(durationTicks).toBeGreaterThan(0);
        ends.set(recordingSessionId, decodeTicks + durationTicks);
      }
    }
  }
}

describe('StreamRecorder, whatever happens', () => {
  it('writes each sample once and in order, in time that never goes back', async () => {
    await fc.assert(
      fc.asyncProperty(story, limit, async (steps, maxDurationMs) => {
        const { fixture, sent } = await record(steps, maxDurationMs);
        for (const kind of ['video', 'audio'] as const) {
          const samples = fixture.samples(kind);
          expectSubsequence(
            samples.map(({ bytes }) => hex(bytes)),
            sent[kind],
          );
          expectTimeThatGrows(fixture, kind);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('tells objects as they are, in numbers and Periods that only grow, and gives everything back', async () => {
    await fc.assert(
      fc.asyncProperty(story, limit, async (steps, maxDurationMs) => {
        const { fixture } = await record(steps, maxDurationMs);
        let before = { recordingSessionId: '', directory: '', number: 0, period: -1 };
        for (const segment of fixture.segments) {
          if (segment.directory === before.directory) expect(segment.number).toBeGreaterThan(before.number);
          if (segment.recordingSessionId === before.recordingSessionId) {
            const least = segment.directory === before.directory ? before.period : before.period + 1;
            expect(segment.period).toBeGreaterThanOrEqual(least);
          }
          before = segment;
          for (const { objectKey, samples } of segment.objects) {
            const stored = readSamples(fixture.files.bytesOf(objectKey));
            expect(stored.filter((sample) => !isConcealing(sample))).toHaveLength(samples);
          }
        }
        expect(fixture.eventsOf('recording-failed')).toEqual([]);
        expect(fixture.recorder.memoryBytes).toBe(0);
        expect(fixture.files.openFiles).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('loses nothing between the first key frame and the end while nothing interrupts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(media, reports, captures, border), { minLength: 1, maxLength: 6 }),
        async (steps) => {
          const { fixture, sent } = await record([(at, so) => start(at, so), ...steps]);
          const interrupted = fixture.gaps.some(({ cause }) => cause === 'publisher-away');
          if (!interrupted) expect(fixture.samples('video')).toHaveLength(sent.video.length);
          const audio = fixture.samples('audio').map(({ bytes }) => hex(bytes));
          if (interrupted) return;
          // But for what is from before the first picture, by as much as sound is late and senders are believed.
          const early = sent.audio.length - audio.length;
          expect(audio).toEqual(sent.audio.slice(early));
          expect(early === 0 ? 0 : (sent.audioMs[early - 1] ?? 0) - (sent.audioMs[0] ?? 0)).toBeLessThan(1_000);
        },
      ),
      { numRuns: 60 },
    );
  });
});

/** A key frame and sound right behind it. */
function start(fixture: RecorderFixture, sent: Sent): void {
  sent.video.push(hex(fixture.picture({ isKeyframe: true })));
  sent.audioMs.push(fixture.clock.nowMs);
  sent.audio.push(hex(fixture.sound()));
  fixture.clock.nowMs += 20;
}
