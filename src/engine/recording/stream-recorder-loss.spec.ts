import { AUDIO, FRAME_MS, RecorderFixture, VIDEO } from './testing/recorder-fixture.js';

function reported(...order: ConstructorParameters<typeof RecorderFixture>): RecorderFixture {
  const fixture = new RecorderFixture(...order);
  fixture.attach(VIDEO, AUDIO);
  fixture.reportBoth();
  return fixture;
}

describe('StreamRecorder, media that waits for repairs', () => {
  it('cuts sound where the picture is cut when pictures waited for what was lost before them', async () => {
    const fixture = reported({ segmentDurationMs: 2_000 });
    const startMs = fixture.clock.nowMs;
    await fixture.play(1_900);
    fixture.recorder.heldUp(VIDEO, true);
    await fixture.play(1_800, { video: false });
    fixture.recorder.heldUp(VIDEO, false);
    for (let frame = 57; frame < 111; frame++) {
      fixture.picture({ atMs: startMs + frame * FRAME_MS, isKeyframe: frame === 60 });
    }
    await fixture.play(1_000);
    await fixture.recorder.stop();

    const ends = fixture.segments.map(({ objects }) => {
      return objects.map(({ startTicks, durationTicks, timescale }) => (startTicks + durationTicks) / timescale);
    });
    expect(ends.slice(0, 1)).toEqual([[2, 2]]);
    expect(fixture.samples('audio')).toHaveLength(235);
  });
});
