import type { CodecParameters } from '../../media/codecs/codec.js';
import { AUDIO, AUDIO_MS, FRAME_MS, RecorderFixture, VIDEO, VIDEO_PARAMETERS } from './testing/recorder-fixture.js';
import type { ReadSample } from './testing/segment-samples.js';

const LARGE: CodecParameters = { ...VIDEO_PARAMETERS, width: 1280, height: 720 };
const VP9: CodecParameters = { ...VIDEO_PARAMETERS, codecString: 'vp09.00.10.08' };
const SECOND = { ssrc: 2, codecName: 'H264' };

function reported(): RecorderFixture {
  const fixture = new RecorderFixture();
  fixture.attach(VIDEO, AUDIO);
  fixture.reportBoth();
  return fixture;
}

/** Pictures and sound of the sources in use go on, the first picture a key frame. */
async function goOn(fixture: RecorderFixture, durationMs: number, parameters: CodecParameters): Promise<void> {
  const startMs = fixture.clock.nowMs;
  for (let frame = 0; frame * FRAME_MS < durationMs; frame++) {
    fixture.clock.nowMs = startMs + frame * FRAME_MS;
    fixture.recorder.tick(fixture.clock.nowMs);
    fixture.picture({ isKeyframe: frame === 0, parameters });
    await fixture.settle();
  }
  fixture.clock.nowMs = startMs + durationMs;
}

function periodsOf(fixture: RecorderFixture): number[] {
  return [...new Set(fixture.segments.map(({ period }) => period))];
}

/** Seconds from the end of each sample to the start of the next that are not none. */
function seamsOf(samples: readonly ReadSample[], timescale: number): number[] {
  return samples
    .slice(1)
    .map(({ decodeTicks }, index) => {
      const before = samples[index];
      return before === undefined ? 0 : (decodeTicks - before.decodeTicks - before.durationTicks) / timescale;
    })
    .filter((seam) => seam !== 0);
}

describe('StreamRecorder, sources of a track', () => {
  it('goes over to another layer at its key frame, with a Period and an init of its own, on the same line of time', async () => {
    const fixture = reported();
    await fixture.play(2_000, { audio: false });
    fixture.change(VIDEO, SECOND, 3_600_000);
    fixture.report(VIDEO, fixture.clock.nowMs);
    await goOn(fixture, 2_000, LARGE);
    await fixture.recorder.stop();

    expect(periodsOf(fixture)).toEqual([0, 1]);
    expect(fixture.tracks.map(({ width }) => width)).toEqual([640, 1280]);
    expect(fixture.samples('video')).toHaveLength(120);
    expect(seamsOf(fixture.samples('video'), 90_000)).toEqual([]);
    expect(fixture.gaps).toEqual([]);
  });

  it('gives way to the key frame of another layer from its picture on: no time is there twice', async () => {
    const fixture = reported();
    await fixture.play(1_500, { audio: false });
    const atMs = fixture.clock.nowMs;
    await fixture.play(200, { audio: false, keyframeMs: 60_000 });
    fixture.change(VIDEO, SECOND, 90_000);
    fixture.report(VIDEO, fixture.clock.nowMs);
    fixture.picture({ isKeyframe: true, parameters: LARGE, atMs });
    for (let frame = 1; frame < 10; frame++) fixture.picture({ parameters: LARGE, atMs: atMs + frame * FRAME_MS });
    await fixture.recorder.stop();

    expect(fixture.samples('video')).toHaveLength(45 + 10);
    expect(seamsOf(fixture.samples('video'), 90_000)).toEqual([]);
    expect(fixture.samples('video')[45]?.decodeTicks).toBe(135_000);
  });

  it('lets the last picture stand until the next layer has a key frame when its own has stopped', async () => {
    const fixture = reported();
    await fixture.play(2_000);
    await fixture.play(900, { video: false });
    fixture.change(VIDEO, SECOND, 90_000);
    fixture.report(VIDEO, fixture.clock.nowMs);
    await goOn(fixture, 1_000, LARGE);
    await fixture.recorder.stop();

    expect(seamsOf(fixture.samples('video'), 90_000)).toEqual([]);
    expect(seamsOf(fixture.samples('audio'), 48_000)).toEqual([]);
    expect(fixture.gaps).toEqual([{ kind: 'video', startMs: 2_000, durationMs: 900, cause: 'loss' }]);
  });

  it('takes a sender that starts again with random time as it comes', async () => {
    const fixture = new RecorderFixture();
    fixture.attach(VIDEO, AUDIO);
    await fixture.play(3_000);
    fixture.clock.nowMs += 400;
    fixture.change(VIDEO, SECOND, 40_000_000);
    fixture.change(AUDIO, { ssrc: 4, codecName: 'opus' }, 17_000_000);
    await fixture.play(3_000);
    await fixture.recorder.stop();

    expect(periodsOf(fixture)).toEqual([0, 1]);
    const video = fixture.samples('video');
    const audio = fixture.samples('audio');
    expect(video).toHaveLength(180);
    expect(audio).toHaveLength(300);
    expect(Math.abs((video[90]?.decodeTicks ?? 0) / 90 - 3_400)).toBeLessThan(FRAME_MS);
    expect(Math.abs((audio[150]?.decodeTicks ?? 0) / 48 - 3_400)).toBeLessThan(AUDIO_MS);
  });

  it('goes on with sound of another source in the same segment', async () => {
    const fixture = reported();
    await fixture.play(2_000);
    fixture.change(AUDIO, { ssrc: 4, codecName: 'opus' }, 17_000_000);
    const restartMs = fixture.clock.nowMs;
    await fixture.play(1_000, { keyframeMs: 60_000 });
    await fixture.recorder.stop();

    expect(restartMs).toBeGreaterThan(0);
    expect(periodsOf(fixture)).toEqual([0]);
    expect(fixture.segments).toHaveLength(1);
    expect(fixture.samples('audio')).toHaveLength(150);
    expect(seamsOf(fixture.samples('audio'), 48_000)).toEqual([]);
  });

  it('goes over to another codec of the same source at its key frame, without losing sound', async () => {
    const fixture = reported();
    await fixture.play(2_000);
    fixture.change(VIDEO, { ssrc: 1, codecName: 'VP9' });
    fixture.picture({ parameters: VP9 });
    expect(fixture.keyframeRequests).toBeGreaterThan(0);
    fixture.clock.nowMs += FRAME_MS;
    const startMs = fixture.clock.nowMs;
    for (let frame = 0; frame < 30; frame++) {
      fixture.clock.nowMs = startMs + frame * FRAME_MS;
      fixture.picture({ isKeyframe: frame === 0, parameters: VP9 });
      fixture.sound({ atMs: startMs + frame * AUDIO_MS - FRAME_MS });
    }
    await fixture.recorder.stop();

    expect(fixture.tracks.filter(({ kind }) => kind === 'video').map(({ codecName }) => codecName)).toEqual([
      'H264',
      'VP9',
    ]);
    expect(fixture.samples('video')).toHaveLength(90);
    expect(seamsOf(fixture.samples('video'), 90_000)).toEqual([]);
    expect(fixture.samples('audio')).toHaveLength(130);
  });

  it('begins with the better of two layers that begin together', async () => {
    const fixture = new RecorderFixture();
    fixture.attach(VIDEO);
    fixture.picture({ isKeyframe: true });
    fixture.clock.nowMs += 10;
    fixture.change(VIDEO, SECOND, 90_000);
    await goOn(fixture, 1_500, LARGE);
    await fixture.recorder.stop();

    expect(fixture.tracks.map(({ width }) => width)).toEqual([1280]);
    expect(fixture.samples('video')).toHaveLength(45);
  });

  it('takes nothing from a source that another has taken the place of, nor of a publisher that has gone', async () => {
    const fixture = reported();
    const first = fixture.source(VIDEO);
    await fixture.play(1_000, { audio: false });
    const second = fixture.change(VIDEO, SECOND);
    await goOn(fixture, 500, LARGE);
    const facts = { timestamp: 7, isKeyframe: true, parameters: VIDEO_PARAMETERS, durationTicks: 0 };
    for (const source of [first, second]) {
      if (source === second) fixture.attach(VIDEO, AUDIO);
      source.sink.append(new Uint8Array(9), 0, 9);
      source.sink.finish(facts);
      source.close();
    }
    await fixture.recorder.stop();

    expect(fixture.samples('video')).toHaveLength(45);
  });

  it('gives back the memory of every source', async () => {
    const fixture = reported();
    await fixture.play(500, { audio: false });
    for (let ssrc = 2; ssrc < 40; ssrc++) {
      const source = fixture.change(VIDEO, { ssrc, codecName: 'H264' });
      source.sink.append(new Uint8Array(5_000), 0, 5_000);
      source.close();
    }
    await fixture.recorder.stop();

    expect(fixture.recorder.memoryBytes).toBe(0);
  });
});
