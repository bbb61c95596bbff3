import type { TrackStatistics } from '../../engine/index.js';
import { cam, RecorderFixture } from './testing/recorder-fixture.js';
import { UnusableVideo } from './unusable-video.js';

const sending: TrackStatistics = {
  mid: '0',
  kind: 'video',
  codecName: 'H264',
  codecString: undefined,
  width: undefined,
  height: undefined,
  framesPerSecond: 0,
  bitrateBps: 1_000_000,
  bytesReceived: 1,
  packetsReceived: 1,
  packetsLost: 0,
  packetsRepaired: 0,
  jitterMs: 0,
};
const usable = { ...sending, codecString: 'avc1.42E01F' };
const silent = { ...sending, bitrateBps: 0 };
const audio = { ...sending, kind: 'audio' } as const;

function setUp(): {
  warnings: string[];
  hear: (track: TrackStatistics, seconds: number) => void;
  video: UnusableVideo;
} {
  const warnings: string[] = [];
  let nowMs = 0;
  const clock = { epochMs: () => 0, monotonicMs: () => nowMs };
  const video = new UnusableVideo(clock, { warn: (message) => void warnings.push(message), error: () => undefined });
  const hear = (track: TrackStatistics, seconds: number): void => {
    for (let second = 0; second < seconds; second += 1, nowMs += 1000) video.hear('cam', [track]);
  };
  return { warnings, hear, video };
}

describe('UnusableVideo', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('listens to the statistics of every stream', async () => {
    const fixture = new RecorderFixture();
    await fixture.publish();

    for (let second = 0; second < 8; second += 1) {
      await fixture.signaling.tell({ type: 'statistics', stream: cam, tracks: [sending] });
      await jest.advanceTimersByTimeAsync(1000);
    }

    expect(fixture.warnings).toHaveLength(1);
  });

  it('tells once, after 5 s of video that nobody can decode, which stream it is and why', () => {
    const { warnings, hear } = setUp();

    hear(sending, 5);
    expect(warnings).toEqual([]);
    hear(sending, 60);

    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^cam has sent H264 for 5 s without its parameters or without a key frame/);
  });

  it.each([
    ['video that can be decoded', usable],
    ['silence', silent],
    ['audio', audio],
  ])('says nothing about %s', (_what, track) => {
    const { warnings, hear } = setUp();

    hear(track, 20);

    expect(warnings).toEqual([]);
  });

  it('says nothing when the key frame comes in time', () => {
    const { warnings, hear } = setUp();

    hear(sending, 4);
    hear(usable, 4);

    expect(warnings).toEqual([]);
  });

  it('tells again of the next publisher', () => {
    const { warnings, hear, video } = setUp();
    hear(sending, 7);

    video.forget('cam');
    hear(sending, 7);

    expect(warnings).toHaveLength(2);
  });
});
