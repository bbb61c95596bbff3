import fc from 'fast-check';
import { RecordingClock } from './recording-clock.js';
import { TrackClock } from './track-clock.js';

const RATE = 90_000;
const WRAP = 2 ** 32;

type Step =
  | { readonly type: 'unit'; readonly afterMs: number; readonly rtpMs: number }
  | { readonly type: 'report' | 'capture'; readonly rtpMs: number; readonly ntpMs: number }
  | { readonly type: 'other'; readonly rtpMs: number; readonly ntpMs: number };

const anything = fc.oneof(
  fc.integer({ min: -20_000, max: 20_000 }),
  fc.integer({ min: -(2 ** 33), max: 2 ** 33 }),
  fc.constantFrom(NaN, Infinity, 0),
);
const unit = fc.record({
  type: fc.constant('unit' as const),
  afterMs: fc.oneof(fc.nat(100), fc.nat(120_000)),
  rtpMs: fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 0, max: 100 }) }, anything),
});
const told = fc.record({
  type: fc.constantFrom('report' as const, 'capture' as const, 'other' as const),
  rtpMs: anything,
  ntpMs: anything,
});
const story: fc.Arbitrary<Step[]> = fc.array(fc.oneof({ weight: 4, arbitrary: unit }, told), { maxLength: 120 });

function timestampOf(ms: number): number {
  const ticks = Math.round((Number.isFinite(ms) ? ms : 0) * 90);
  return ((ticks % WRAP) + WRAP) % WRAP;
}

/** A clock that is told whatever a sender may send, as the recorder tells it. */
class Told {
  readonly placed: { readonly ticks: number; readonly place: number; readonly isJump: boolean }[] = [];
  private readonly shared = new RecordingClock();
  private readonly video = new TrackClock(RATE, this.shared);
  private readonly other = new TrackClock(48_000, this.shared);
  private nowMs = 1_000;
  private rtpMs = 40_000_000;
  private hasStarted = false;

  take(step: Step): void {
    if (step.type === 'unit') this.unit(step.afterMs, step.rtpMs);
    else if (step.type === 'other')
      this.other.senderReport(timestampOf(this.nowMs + step.rtpMs), step.ntpMs, this.nowMs);
    else if (step.type === 'report')
      this.video.senderReport(timestampOf(this.rtpMs + step.rtpMs), this.nowMs + 5_000_000 + step.ntpMs, this.nowMs);
    else this.video.captureTime(timestampOf(this.rtpMs + step.rtpMs), this.nowMs + 5_000_000 + step.ntpMs, this.nowMs);
  }

  private unit(afterMs: number, rtpMs: number): void {
    this.nowMs += afterMs;
    this.rtpMs += Number.isFinite(rtpMs) ? rtpMs : 0;
    const ticks = this.video.unwrap(timestampOf(this.rtpMs));
    const isJump = this.video.isJump(ticks, this.nowMs, false);
    const endTicks = (this.placed.at(-1)?.place ?? 0) + 1;
    if (isJump) this.video.jumpTo(ticks, endTicks);
    this.video.arrived(ticks, this.nowMs);
    if (!this.hasStarted) this.video.start(0);
    this.hasStarted = true;
    this.placed.push({ ticks, place: this.video.place(ticks), isJump });
  }
}

describe('TrackClock, whatever it is told', () => {
  it('places what grows so that it grows, and moves it by 5 ms per second at most', () => {
    fc.assert(
      fc.property(story, (steps) => {
        const clock = new Told();
        for (const step of steps) clock.take(step);
        for (const [index, { ticks, place, isJump }] of clock.placed.entries()) {
          expect(Number.isInteger(place)).toBe(true);
          const before = clock.placed[index - 1];
          if (before === undefined) continue;
          const advance = ticks - before.ticks;
          if (isJump) expect(place).toBe(before.place + 1);
          else if (advance > 0) {
            expect(place).toBeGreaterThan(before.place);
            expect(Math.abs(place - before.place - advance)).toBeLessThanOrEqual(advance * 0.005 + 1);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('comes to where the sender says within ten milliseconds, and stays there, once it tells the truth', () => {
    const errorMs = fc.integer({ min: -1_500, max: 1_500 });
    fc.assert(
      fc.property(story, errorMs, fc.integer({ min: -500, max: 500 }), (steps, latencyMs, ppm) => {
        const shared = new RecordingClock();
        const clock = new TrackClock(RATE, shared);
        clock.arrived(clock.unwrap(0), 1_000 + Math.max(0, latencyMs));
        clock.start(0);
        for (const step of steps)
          if (step.type === 'report') clock.senderReport(timestampOf(step.rtpMs), step.ntpMs, 1_000);
        let worstMs = 0;
        for (let second = 1; second <= 900; second++) {
          const rtpMs = second * 1000 * (1 + ppm / 1e6);
          clock.senderReport(timestampOf(rtpMs), 7_000_000 + second * 1000, 1_000 + second * 1000);
          const ticks = clock.unwrap(timestampOf(rtpMs));
          clock.arrived(ticks, 1_000 + second * 1000 + Math.max(0, latencyMs));
          const placedMs = clock.place(ticks) / 90;
          if (second > 600) worstMs = Math.max(worstMs, Math.abs(placedMs - (1_000 + second * 1000)));
        }
        expect(worstMs).toBeLessThan(13); // and what the shortest way is taken to have changed by
      }),
      { numRuns: 60 },
    );
  });
});
