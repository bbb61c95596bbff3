import { RecordingClock } from './recording-clock.js';
import { TrackClock } from './track-clock.js';

const VIDEO_RATE = 90_000;
const FRAME = 3_000;
const FRAME_MS = 1000 / 30;

function videoAndAudio(): { video: TrackClock; audio: TrackClock } {
  const shared = new RecordingClock();
  return { video: new TrackClock(VIDEO_RATE, shared), audio: new TrackClock(48_000, shared) };
}

/** Steady 30 pictures per second from `fromMs`, each `delayMs` late. @returns the last placement */
function play(clock: TrackClock, fromFrame: number, frames: number, delayMs = 0): number {
  let placed = 0;
  for (let frame = fromFrame; frame < fromFrame + frames; frame++) {
    const ticks = clock.unwrap(frame * FRAME);
    clock.arrived(ticks, frame * FRAME_MS + delayMs);
    placed = clock.place(ticks);
  }
  return placed;
}

describe('TrackClock', () => {
  it('places a track by its least late packet while there are no sender reports', () => {
    const { video } = videoAndAudio();
    video.arrived(video.unwrap(0), 1_080);
    video.arrived(FRAME, 1_040 + FRAME_MS);

    expect(video.monotonicMs(FRAME)).toBeCloseTo(1_040 + FRAME_MS);
  });

  it('places both tracks by the same wall clock once both have sender reports', () => {
    const { video, audio } = videoAndAudio();
    video.arrived(video.unwrap(90_000), 5_200); // came 150 ms later than the sound of the same instant
    audio.arrived(audio.unwrap(7), 5_050);

    video.senderReport(90_000, 1_000_000, 5_030);
    audio.senderReport(7, 1_000_000, 5_030);

    expect(video.monotonicMs(0)).toBeCloseTo(audio.monotonicMs(0));
  });

  it('goes by arrival for all tracks while one of them has no report', () => {
    const { video, audio } = videoAndAudio();
    video.arrived(video.unwrap(0), 5_200);
    audio.arrived(audio.unwrap(0), 5_050);
    video.senderReport(0, 1_000_000, 5_000);

    expect(video.monotonicMs(0)).toBe(5_200);
    expect(audio.monotonicMs(0)).toBe(5_050);
  });

  it('needs no report of a track without media', () => {
    const shared = new RecordingClock();
    const video = new TrackClock(VIDEO_RATE, shared);
    new TrackClock(48_000, shared);
    video.arrived(video.unwrap(0), 5_200);
    video.senderReport(0, 1_000_000, 5_000);

    expect(shared.source(5_200)).toBe('reports');
  });

  it('starts on whole ticks from recording time 0', () => {
    const { video } = videoAndAudio();
    video.arrived(video.unwrap(0), 1_000);
    video.start(900);

    expect(video.place(0)).toBe(9_000);
    expect(video.place(FRAME)).toBe(9_000 + FRAME);
  });

  it('slews a later mapping by at most 5 ms per second', () => {
    const { video } = videoAndAudio();
    video.arrived(video.unwrap(0), 100);
    video.start(0);
    // 80 ms earlier than arrival said.
    const reported = (second: number): number => {
      video.senderReport(second * VIDEO_RATE, 50_000 + second * 1_000, second * 1_000 + 20);
      return play(video, second * 30 + 1, 30, 100);
    };
    const placed = Array.from({ length: 30 }, (_, second) => reported(second));
    const [after1s = NaN, after10s = NaN, after30s = NaN] = [placed[0], placed[9], placed[29]];

    expect(after1s - 30 * FRAME).toBeGreaterThanOrEqual(9_000 - 450);
    expect(after1s - 30 * FRAME).toBeLessThan(9_000 - 400);
    expect(after10s - 300 * FRAME).toBeGreaterThanOrEqual(9_000 - 4_500);
    expect(Math.abs(after30s - 900 * FRAME - 1_800)).toBeLessThan(180);
  });

  it('leaves durations alone while the mapping is right within 10 ms', () => {
    const { video } = videoAndAudio();
    video.arrived(video.unwrap(0), 100);
    video.senderReport(0, 50_000, 100);
    video.start(0);
    for (let second = 1; second < 60; second++) {
      video.senderReport(second * 90_000, 50_000 + second * 1000 + (second % 2) * 8, second * 1000 + 100);
      expect(play(video, second * 30, 30, 110)).toBe(9_000 + (second * 30 + 29) * FRAME);
    }
  });

  it('follows a sender whose sampling clock drifts from its wall clock', () => {
    const { video } = videoAndAudio();
    video.arrived(video.unwrap(0), 0);
    video.senderReport(0, 50_000, 0);
    video.start(0);
    let placed = 0;
    for (let second = 1; second <= 600; second++) {
      const late = second * 0.5; // 500 ppm: after 10 minutes 300 ms
      video.senderReport(second * 90_000, 50_000 + second * 1000 + late, second * 1000 + late);
      video.arrived(video.unwrap(second * 90_000), second * 1000 + late);
      placed = video.place(second * 90_000);
    }

    expect(Math.abs(placed / 90 - 600_300)).toBeLessThan(15);
  });

  it.each([
    ['an RTP time far from the packets', 90_000 * 100, 50_000],
    ['no NTP time', 0, 0],
    ['an NTP time that is no number', 0, NaN],
  ])('ignores a report with %s', (_, rtpTimestamp, ntpMs) => {
    const { video } = videoAndAudio();
    video.arrived(video.unwrap(0), 100);

    expect(video.senderReport(rtpTimestamp, ntpMs, 100)).toBe(false);
    expect(video.monotonicMs(0)).toBe(100);
  });

  it('drops an early report when the first packet shows that it was insane', () => {
    const { video } = videoAndAudio();
    video.senderReport(90_000 * 500, 50_000, 100);
    video.arrived(video.unwrap(0), 100);

    expect(video.reports.isTold).toBe(false);
  });

  it('holds its place when the sender sets its wall clock', () => {
    const { video, audio } = videoAndAudio();
    for (const track of [video, audio]) {
      track.arrived(track.unwrap(0), 0);
      track.senderReport(0, 50_000, 0);
      track.start(0);
    }
    video.senderReport(90_000, 3_651_000, 1_000);

    expect(play(video, 30, 300)).toBe(329 * FRAME);
    audio.senderReport(48_000, 3_651_000, 1_000);
    expect(play(video, 330, 300)).toBe(629 * FRAME);
  });

  it.each([
    ['12 s forward at once', 12_000, 33, true],
    ['12 s forward after 11.9 s of silence', 12_000, 11_900, false],
    ['600 ms forward at once', 600, 33, true],
    ['half a second forward after as much silence', 533, 500, false],
    ['2 s backwards', -2_000, 33, true],
    ['100 ms backwards', -100, 33, false],
    ['300 ms backwards', -300, 33, true],
  ])('judges a step of %s', (_, stepMs, afterMs, isJump) => {
    const { video } = videoAndAudio();
    video.arrived(900_000, 10_000);

    expect(video.isJump(900_000 + stepMs * 90, 10_000 + afterMs, false)).toBe(isJump);
  });

  it('lets B-frames go back further', () => {
    const { video } = videoAndAudio();
    video.arrived(900_000, 10_000);

    expect(video.isJump(900_000 - 300 * 90, 10_033, true)).toBe(false);
    expect(video.isJump(900_000 - 1_100 * 90, 10_033, true)).toBe(true);
  });

  it('takes packets that stay late for seconds for a pause of the sender, not a queue', () => {
    const { audio } = videoAndAudio();
    const jumps = Array.from({ length: 300 }, (_, packet) => {
      const arrivalMs = packet * 20 + (packet < 100 ? 0 : 5_000); // its RTP time stood still for 5 s
      const isJump = audio.isJump(packet * 960, arrivalMs, false);
      audio.arrived(packet * 960, arrivalMs);
      return isJump;
    });

    expect(jumps.indexOf(true)).toBe(250);
  });

  it('goes on from where it is told after a jump', () => {
    const { video } = videoAndAudio();
    video.arrived(video.unwrap(0), 0);
    video.start(0);
    video.jumpTo(5_000_000, 180_000);
    video.arrived(5_000_000, 2_000);

    expect(video.place(5_000_000)).toBe(180_000);
    expect(video.place(5_003_000)).toBe(183_000);
  });

  it('slews back what it was shifted by', () => {
    const { video } = videoAndAudio();
    video.arrived(video.unwrap(0), 0);
    video.start(0);
    video.shiftBy(4_500);

    expect(play(video, 0, 2)).toBeGreaterThan(FRAME + 4_400);
    expect(play(video, 2, 400)).toBe(401 * FRAME);
  });
});
