import { measureTime, type MeasuredTime } from './testing/measured-time.js';
import { AUDIO as AUDIO_MID, RecorderFixture, VIDEO as VIDEO_MID } from './testing/recorder-fixture.js';
import {
  SimulatedPublisher,
  type SimulatedReports,
  type SimulatedSender,
  type SimulatedTrack,
  type ToldTime,
} from './testing/simulated-publisher.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const LONG = 20 * MINUTE;
/** Few samples, so that hours take seconds. */
const VIDEO: SimulatedTrack = { everyMs: 200, latencyMs: 60 };
const AUDIO: SimulatedTrack = { everyMs: 60, latencyMs: 20 };
/** The first within the second that a recording waits for them. */
const REPORTS: SimulatedReports = { everyMs: 5_000, firstMs: 300 };
/** Sampling clocks that part by 3.6 s per hour. */
const FAST = { ...VIDEO, ppm: 500 };
const SLOW = { ...AUDIO, ppm: -500 };

type Case = readonly [name: string, sender: SimulatedSender, durationMs: number];

async function record(sender: SimulatedSender, durationMs: number): Promise<MeasuredTime> {
  const fixture = new RecorderFixture();
  await new SimulatedPublisher(fixture, sender).play(durationMs);
  await fixture.recorder.stop();
  const measured = measureTime(fixture);
  if (process.env['TIMELINE_FIGURES'] !== undefined) process.stderr.write(`${JSON.stringify(measured)}\n`);
  return measured;
}

/** Up to `mostMs`, the same in every run. */
function jitter(mostMs: number, seed: number): Pick<SimulatedTrack, 'jitterMs'> {
  let state = seed;
  return {
    jitterMs: () => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return (state / 2 ** 31) * mostMs;
    },
  };
}

/** What was sent in the first half second waits for its end. */
function burstAtStart(): Pick<SimulatedTrack, 'jitterMs'> {
  return { jitterMs: (sentMs) => Math.max(0, 500 - sentMs) };
}

/** A queue in the network for a minute. */
function heldBack(track: SimulatedTrack, byMs: number): SimulatedTrack {
  return { ...track, jitterMs: (sentMs) => (sentMs > MINUTE && sentMs < 2 * MINUTE ? byMs : 0) };
}

/** RTP time is ahead by `byMs` from a minute on. */
function jumping(track: SimulatedTrack, byMs: number): SimulatedTrack {
  return { ...track, jumpMs: (capturedMs) => (capturedMs < MINUTE ? 0 : byMs) };
}

/** Nothing is sent for `forMs` from a minute on. */
function silent(track: SimulatedTrack, forMs: number): SimulatedTrack {
  return { ...track, isSilent: (capturedMs) => capturedMs > MINUTE && capturedMs < MINUTE + forMs };
}

/** Nothing is sent for `forMs` from a minute on, and RTP time stands still meanwhile. */
function asleep(track: SimulatedTrack, forMs: number): SimulatedTrack {
  const jumpMs = (capturedMs: number): number => (capturedMs < MINUTE + forMs ? 0 : -forMs);
  return { ...silent(track, forMs), jumpMs };
}

function told(tell: NonNullable<SimulatedReports['told']>, reports = REPORTS): SimulatedReports {
  return { ...reports, told: tell };
}

/** Only the first report of video is wrong. */
function wrongFirst(lie: (truth: ToldTime) => ToldTime): SimulatedReports {
  return told((kind, truth, sentMs) => (kind === 'video' && sentMs < 1_000 ? lie(truth) : truth));
}

/** The sender's wall clock is set after five minutes. */
function setBy(stepMs: number): SimulatedReports {
  return told((_, truth, sentMs) => ahead(truth, sentMs < 5 * MINUTE ? 0 : stepMs));
}

function ahead(truth: ToldTime, ms: number): ToldTime {
  return { ...truth, ntpMs: truth.ntpMs + ms };
}

describe('StreamRecorder, time of a sender that tells it', () => {
  const cases: readonly Case[] = [
    ['good clocks', { video: VIDEO, audio: AUDIO, reports: REPORTS }, 10 * MINUTE],
    ['sampling clocks 500 ppm fast', { video: FAST, audio: { ...AUDIO, ppm: 500 }, reports: REPORTS }, LONG],
    ['sampling clocks 500 ppm apart each way', { video: FAST, audio: SLOW, reports: REPORTS }, 3 * HOUR],
    ['a wall clock 500 ppm fast', { video: VIDEO, audio: AUDIO, ntpPpm: 500, reports: REPORTS }, LONG],
    ['a wall clock 500 ppm slow', { video: VIDEO, audio: AUDIO, ntpPpm: -500, reports: REPORTS }, LONG],
    ['all clocks off', { video: FAST, audio: SLOW, ntpPpm: -500, reports: REPORTS }, LONG],
    [
      'all clocks off, and a network that delays by up to 80 ms',
      { video: { ...FAST, ...jitter(80, 1) }, audio: { ...SLOW, ...jitter(80, 2) }, ntpPpm: 500, reports: REPORTS },
      LONG,
    ],
    [
      'clocks apart, a report each 30 s',
      { video: FAST, audio: SLOW, reports: { everyMs: 30_000, firstMs: 300 } },
      LONG,
    ],
    [
      'clocks apart, reports that end after a minute',
      { video: FAST, audio: SLOW, reports: told((_, truth, sentMs) => (sentMs < MINUTE ? truth : undefined)) },
      LONG,
    ],
    ['a burst at the start', { video: { ...VIDEO, ...burstAtStart() }, audio: AUDIO, reports: REPORTS }, 5 * MINUTE],
    [
      'pictures that take a second to encode',
      { video: { ...VIDEO, latencyMs: 1_000 }, audio: AUDIO, reports: REPORTS },
      MINUTE,
    ],
    [
      'a queue of 900 ms in the network for a minute',
      { video: heldBack(VIDEO, 900), audio: heldBack(AUDIO, 900), reports: REPORTS },
      5 * MINUTE,
    ],
    ['a clock set forward by an hour', { video: VIDEO, audio: AUDIO, reports: setBy(HOUR) }, 10 * MINUTE],
    ['a clock set back by 3 s', { video: VIDEO, audio: AUDIO, reports: setBy(-3_000) }, 10 * MINUTE],
    ['a clock set forward by 300 ms', { video: VIDEO, audio: AUDIO, reports: setBy(300) }, 10 * MINUTE],
    ['a clock set back by 300 ms', { video: VIDEO, audio: AUDIO, reports: setBy(-300) }, 10 * MINUTE],
    [
      'capture times, and pictures that take 400 ms to encode',
      { video: { ...VIDEO, latencyMs: 400 }, audio: AUDIO, captureTimes: { everyMs: 1_000 } },
      10 * MINUTE,
    ],
    [
      'capture times each 10 s, clocks apart',
      { video: FAST, audio: SLOW, captureTimes: { everyMs: 10_000 }, reports: REPORTS },
      LONG,
    ],
    [
      'capture times, and reports that are 300 ms wrong',
      {
        video: VIDEO,
        audio: AUDIO,
        captureTimes: { everyMs: 1_000 },
        reports: told((kind, truth) => ahead(truth, kind === 'video' ? 300 : 0)),
      },
      10 * MINUTE,
    ],
    [
      'reports, and capture times that are 1.3 s wrong',
      {
        video: VIDEO,
        audio: AUDIO,
        captureTimes: told((kind, truth) => ahead(truth, kind === 'video' ? 1_300 : 0)),
        reports: REPORTS,
      },
      10 * MINUTE,
    ],
  ];

  it.each(cases)('keeps sound within 40 ms of the picture, and the wall clock: %s', async (_, sender, durationMs) => {
    const measured = await record(sender, durationMs);

    expect(Math.max(...measured.offsetMs)).toBeLessThan(40);
    expect(measured.wallClockMs).toBeLessThan(100);
    expect(measured.slewMsPerSecond).toBeLessThan(6.1);
    expect(measured.periods).toBe(1);
    expect(measured.startApartMs).toBeLessThanOrEqual(VIDEO.everyMs);
  });
});

describe('StreamRecorder, time of a sender that does not tell it from the start', () => {
  const cases: readonly Case[] = [
    [
      'a first report of another RTP epoch',
      { video: VIDEO, audio: AUDIO, reports: wrongFirst((truth) => ({ ...truth, rtpTimestamp: 12_345 })) },
      5 * MINUTE,
    ],
    [
      'a first report 5 s ahead',
      { video: VIDEO, audio: AUDIO, reports: wrongFirst((truth) => ahead(truth, 5_000)) },
      5 * MINUTE,
    ],
    [
      'a first report hours behind',
      { video: VIDEO, audio: AUDIO, reports: wrongFirst((truth) => ahead(truth, -4_000_000)) },
      5 * MINUTE,
    ],
    [
      'a first report without a time',
      { video: VIDEO, audio: AUDIO, reports: wrongFirst((truth) => ({ ...truth, ntpMs: 0 })) },
      5 * MINUTE,
    ],
    [
      'a first report after 30 s',
      { video: VIDEO, audio: AUDIO, reports: { everyMs: 5_000, firstMs: 30_000 } },
      5 * MINUTE,
    ],
  ];

  it.each(cases)('begins with what arrival says, and comes to the truth: %s', async (_, sender, durationMs) => {
    const measured = await record(sender, durationMs);

    expect(measured.offsetMs[0]).toBeLessThan(42); // the tracks take 40 ms differently long
    expect(measured.offsetMs[2]).toBeLessThan(11);
    expect(measured.wallClockMs).toBeLessThan(100);
    expect(measured.slewMsPerSecond).toBeLessThan(6.1);
    expect(measured.periods).toBe(1);
  });
});

describe('StreamRecorder, time of a sender that never tells it', () => {
  const cases: readonly Case[] = [
    ['good clocks', { video: VIDEO, audio: AUDIO }, 10 * MINUTE],
    ['clocks apart', { video: FAST, audio: SLOW }, LONG],
    [
      'a network that delays by up to 80 ms',
      { video: { ...VIDEO, ...jitter(80, 1) }, audio: { ...AUDIO, ...jitter(80, 2) } },
      LONG,
    ],
    [
      'a burst at the start',
      { video: { ...VIDEO, ...burstAtStart() }, audio: { ...AUDIO, ...burstAtStart() } },
      10 * MINUTE,
    ],
    [
      'reports of one track only',
      { video: VIDEO, audio: AUDIO, reports: told((kind, truth) => (kind === 'video' ? truth : undefined)) },
      5 * MINUTE,
    ],
  ];

  it.each(cases)('keeps sound as far from the picture as it came, and 20 ms: %s', async (_, sender, durationMs) => {
    const measured = await record(sender, durationMs);

    expect(Math.max(...measured.offsetMs)).toBeLessThanOrEqual(60.1);
    expect(measured.wallClockMs).toBeLessThan(100);
    expect(measured.slewMsPerSecond).toBeLessThan(6.1);
    expect(measured.periods).toBe(1);
  });
});

describe('StreamRecorder, RTP time that jumps', () => {
  const back = 2 ** 32 / 90; // the whole range of video, and an odd part of that of audio
  const cases: readonly Case[] = [
    ['both 5 s forward', { video: jumping(VIDEO, 5_000), audio: jumping(AUDIO, 5_000), reports: REPORTS }, 3 * MINUTE],
    ['both 5 s back', { video: jumping(VIDEO, -5_000), audio: jumping(AUDIO, -5_000), reports: REPORTS }, 3 * MINUTE],
    ['video 10 h forward', { video: jumping(VIDEO, 10 * HOUR), audio: AUDIO, reports: REPORTS }, 3 * MINUTE],
    ['audio half a range', { video: VIDEO, audio: jumping(AUDIO, back / 2), reports: REPORTS }, 3 * MINUTE],
    ['audio 300 ms back', { video: VIDEO, audio: jumping(AUDIO, -300), reports: REPORTS }, 3 * MINUTE],
    ['audio 300 ms forward', { video: VIDEO, audio: jumping(AUDIO, 300), reports: REPORTS }, 3 * MINUTE],
    [
      'audio 300 ms forward, without reports',
      { video: { ...VIDEO, latencyMs: 20 }, audio: jumping(AUDIO, 300) },
      3 * MINUTE,
    ],
    [
      'both sleep for 20 s',
      { video: asleep(VIDEO, 20_000), audio: asleep(AUDIO, 20_000), reports: REPORTS },
      3 * MINUTE,
    ],
  ];

  it.each(cases)('goes on where it belongs: %s', async (_, sender, durationMs) => {
    const measured = await record(sender, durationMs);

    expect(Math.max(...measured.offsetMs)).toBeLessThan(40);
    expect(measured.wallClockMs).toBeLessThan(100);
    expect(measured.longestSampleMs).toBeLessThanOrEqual(400);
    expect(measured.startApartMs).toBeLessThanOrEqual(VIDEO.everyMs);
  });

  it('finds out within a second that sound stands still while pictures come', async () => {
    const measured = await record({ video: VIDEO, audio: asleep(AUDIO, 5_000), reports: REPORTS }, 3 * MINUTE);

    expect(measured.offsetMs[2]).toBeLessThan(11);
  });
});

describe('StreamRecorder, sparse and dense senders', () => {
  const cases: readonly (readonly [...Case, longestMs: number])[] = [
    ['one picture per second', { video: { everyMs: 1_000 }, audio: AUDIO, reports: REPORTS }, 10 * MINUTE, 1_000],
    ['one picture per minute', { video: { everyMs: MINUTE }, audio: AUDIO, reports: REPORTS }, 10 * MINUTE, 12_000],
    ['120 pictures per second', { video: { everyMs: 1000 / 120 }, audio: AUDIO, reports: REPORTS }, MINUTE, 61],
    [
      'sound that pauses for three minutes',
      { video: VIDEO, audio: silent(AUDIO, 3 * MINUTE), reports: REPORTS },
      6 * MINUTE,
      6_000,
    ],
    [
      'pictures that pause for three minutes',
      { video: silent(VIDEO, 3 * MINUTE), audio: AUDIO, reports: REPORTS },
      6 * MINUTE,
      12_000,
    ],
  ];

  it.each(cases)('keeps durations sane in one Period: %s', async (_, sender, durationMs, longestMs) => {
    const measured = await record(sender, durationMs);

    expect(Math.max(...measured.offsetMs)).toBeLessThan(40);
    expect(measured.wallClockMs).toBeLessThan(100);
    expect(measured.longestSampleMs).toBeLessThanOrEqual(longestMs);
    expect(measured.periods).toBe(1);
  });
});

describe('StreamRecorder, a publisher that comes back', () => {
  const video = { everyMs: 1000 / 30, latencyMs: 60 };
  const audio = { everyMs: 20, latencyMs: 20 };
  const late = (track: SimulatedTrack, byMs: number): SimulatedTrack => ({ ...track, isSilent: (ms) => ms < byMs });
  const within1s = { reports: REPORTS };
  const after1s = { reports: { everyMs: 5_000, firstMs: 2_500 } };

  it.each([
    ['both at once', { video, audio, ...within1s }],
    ['both at once, reports late', { video, audio, ...after1s }],
    ['both at once, no reports', { video, audio }],
    ['pictures 0.5 s late', { video: late(video, 500), audio, ...within1s }],
    ['pictures 2.5 s late, reports late', { video: late(video, 2_500), audio, ...after1s }],
  ])('begins each Period with sound and pictures within a frame: %s', async (_, sender) => {
    const measured = measureTime(await comeBackAs(sender));

    expect(measured.startApartMs).toBeLessThan(34);
    expect(Math.max(...measured.offsetMs)).toBeLessThan(41);
    expect(measured.wallClockMs).toBeLessThan(100);
  });

  it.each([
    ['1.3 s late', 1_300, within1s],
    ['5.3 s late, reports late', 5_300, after1s],
    ['2.5 s late, no reports', 2_500, {}],
  ])('keeps all sound that begins after the pictures, where it belongs: %s', async (_, lateMs, reports) => {
    const fixture = await comeBackAs({ video, audio: late(audio, lateMs), ...reports });
    const measured = measureTime(fixture);

    const captured = fixture.samples('audio').map(({ bytes }) => new Float64Array(bytes.slice().buffer)[0] ?? NaN);
    const holes = captured.slice(1).flatMap((ms, index) => {
      const stepMs = ms - (captured[index] ?? NaN);
      return stepMs === audio.everyMs ? [] : [stepMs];
    });
    expect(holes).toHaveLength(1);
    expect(holes[0]).toBeLessThan(10_000 + lateMs + 100);
    expect(Math.max(...measured.offsetMs)).toBeLessThan(41);
    expect(measured.wallClockMs).toBeLessThan(100);
    expect(measured.periods).toBe(2);
  });

  async function comeBackAs(sender: SimulatedSender): Promise<RecorderFixture> {
    const fixture = new RecorderFixture();
    await new SimulatedPublisher(fixture, { video, audio, ...within1s }).play(15_000);
    fixture.recorder.interrupt();
    await fixture.pass(10_000);
    await new SimulatedPublisher(fixture, sender).play(30_000);
    await fixture.recorder.stop();
    return fixture;
  }
});

it('changes over to another source of a track without moving it while it is slewed', async () => {
  const fixture = new RecorderFixture();
  fixture.attach(VIDEO_MID, AUDIO_MID);
  const captured: number[] = [];
  for (let ms = 0; ms < 6_000; ms += 20) {
    if (ms === 3_000) fixture.change(VIDEO_MID, { ssrc: 2, codecName: 'H264' }, 500_000);
    if (ms >= 1_200 && ms % 600 === 0) fixture.reportBoth();
    if (ms % 40 === 0) fixture.picture({ isKeyframe: ms % 1_000 === 0, atMs: fixture.clock.nowMs - 100 });
    if (ms % 40 === 0) captured.push(fixture.clock.nowMs - 100);
    fixture.sound();
    fixture.recorder.tick(fixture.clock.nowMs);
    fixture.clock.nowMs += 20;
  }
  await fixture.recorder.stop();

  const errors = fixture
    .samples('video')
    .map(({ presentationTicks }, index) => presentationTicks / 90 - (captured[index] ?? NaN));
  const moves = errors.slice(1).map((error, index) => Math.abs(error - (errors[index] ?? NaN)));
  expect(errors).toHaveLength(captured.length);
  expect((errors[0] ?? NaN) - (errors.at(-1) ?? NaN)).toBeGreaterThan(15);
  expect(Math.max(...moves)).toBeLessThan(2);
});
