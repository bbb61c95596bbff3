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
    fixture.source(VIDEO).heldUp(true);
    await fixture.play(1_800, { video: false });
    fixture.source(VIDEO).heldUp(false);
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

describe('StreamRecorder, losses', () => {
  it('keeps no picture after a loss up to the next key frame, tells the gap between, and asks for one', async () => {
    const fixture = reported();
    await fixture.play(1_000);
    fixture.source(VIDEO).lost(3);
    const { sink } = fixture.source(VIDEO);
    sink.dropped();
    sink.damaged();
    expect(fixture.keyframeRequests).toBe(1);
    fixture.clock.nowMs += 100;
    fixture.picture();
    fixture.clock.nowMs += 400;
    const kept = fixture.picture({ isKeyframe: true });
    await fixture.recorder.stop();

    expect(fixture.gaps).toEqual([{ kind: 'video', startMs: 1_000, durationMs: 500, cause: 'loss' }]);
    expect(fixture.samples('video')).toHaveLength(31);
    expect(fixture.samples('video').at(-1)?.bytes).toEqual(kept);
    expect(fixture.reception).toEqual([
      { kind: 'video', packetsReceived: 32, packetsRepaired: 0, packetsLost: 3, framesDropped: 2 },
      { kind: 'audio', packetsReceived: 50, packetsRepaired: 0, packetsLost: 0, framesDropped: 0 },
    ]);
  });

  it('keeps pictures again after ten seconds without a key frame: the sender mends them in another way', async () => {
    const fixture = reported();
    await fixture.play(1_000);
    fixture.source(VIDEO).sink.damaged();
    fixture.clock.nowMs += 1_000 / 30;
    await fixture.play(11_000, { keyframeMs: 60_000, opensWithKeyframe: false });
    await fixture.recorder.stop();

    expect(fixture.gaps.map(({ kind, startMs, cause }) => ({ kind, startMs, cause }))).toEqual([
      { kind: 'video', startMs: 1_000, cause: 'loss' },
    ]);
    expect(Math.abs((fixture.gaps[0]?.durationMs ?? 0) - 10_000)).toBeLessThan(100);
    expect(fixture.samples('video')).toHaveLength(30 + 30);
    expect(fixture.reception[0]?.framesDropped).toBe(300);
  });

  it('tells what is missing when the publisher leaves before pictures can be used again', async () => {
    const fixture = reported();
    await fixture.play(1_000);
    fixture.source(VIDEO).sink.damaged();
    await fixture.play(3_000, { keyframeMs: 60_000, opensWithKeyframe: false });
    await fixture.recorder.stop();

    expect(fixture.gaps).toEqual([{ kind: 'video', startMs: 1_000, durationMs: 3_000, cause: 'loss' }]);
  });

  it('tells it of pictures alone as far as they came', async () => {
    const fixture = new RecorderFixture();
    fixture.attach(VIDEO);
    await fixture.play(1_000, { audio: false });
    fixture.source(VIDEO).sink.damaged();
    await fixture.play(2_000, { audio: false, keyframeMs: 60_000, opensWithKeyframe: false });
    await fixture.recorder.stop();

    const [gap, ...others] = fixture.gaps;
    expect(others).toEqual([]);
    expect(gap).toMatchObject({ kind: 'video', startMs: 1_000, cause: 'loss' });
    expect(Math.abs((gap?.durationMs ?? 0) - 2_000)).toBeLessThan(2 * FRAME_MS);
  });

  it('tells what was lost apart from what was missed while the publisher was away', async () => {
    const fixture = reported();
    await fixture.play(1_000);
    fixture.source(VIDEO).sink.damaged();
    await fixture.play(2_000, { keyframeMs: 60_000, opensWithKeyframe: false });
    fixture.recorder.interrupt();
    fixture.clock.nowMs += 5_000;
    await fixture.play(1_000);
    await fixture.recorder.stop();

    expect(fixture.gaps).toEqual([
      { kind: 'video', startMs: 1_000, durationMs: 2_000, cause: 'loss' },
      { kind: 'video', startMs: 3_000, durationMs: 5_000, cause: 'publisher-away' },
      { kind: 'audio', startMs: 3_000, durationMs: 5_000, cause: 'publisher-away' },
    ]);
  });

  it('tells a gap in sound up to the next packet', async () => {
    const fixture = reported();
    await fixture.play(1_000);
    fixture.source(AUDIO).sink.damaged();
    fixture.clock.nowMs += 60;
    fixture.sound();
    await fixture.recorder.stop();

    expect(fixture.gaps).toEqual([{ kind: 'audio', startMs: 1_000, durationMs: 60, cause: 'loss' }]);
  });

  it('tells none when what was damaged was not missed', async () => {
    const fixture = reported();
    await fixture.play(1_000);
    fixture.source(AUDIO).sink.damaged();
    fixture.sound();
    await fixture.recorder.stop();

    expect(fixture.gaps).toEqual([]);
  });
});

describe('StreamRecorder, what it counts', () => {
  it('goes on from what was counted before it, over one publisher after another', async () => {
    const earlier = { packetsReceived: 1000, packetsRepaired: 20, packetsLost: 5, framesDropped: 7 };
    const fixture = reported({ reception: [{ kind: 'video', ...earlier }] });
    await fixture.play(1_000);
    fixture.source(VIDEO).lost(2);
    fixture.attach(VIDEO, AUDIO);
    fixture.reportBoth();
    fixture.source(VIDEO).arrival(fixture.clock.nowMs, true);
    await fixture.play(1_000);
    await fixture.recorder.stop();

    expect(fixture.reception).toEqual([
      { kind: 'video', packetsReceived: 1061, packetsRepaired: 21, packetsLost: 7, framesDropped: 7 },
      { kind: 'audio', packetsReceived: 100, packetsRepaired: 0, packetsLost: 0, framesDropped: 0 },
    ]);
  });

  it('tells with every segment, and at the end what came since', async () => {
    const fixture = reported({ segmentDurationMs: 2_000 });
    await fixture.play(5_000);
    const before = fixture.eventsOf('reception-counted').length;
    const atSegment = fixture.reception[0]?.packetsReceived ?? 0;
    await fixture.recorder.stop();

    expect(before).toBe(fixture.segments.length - 1);
    expect(atSegment).toBeGreaterThanOrEqual(120);
    expect(fixture.events.at(-1)).toMatchObject({
      type: 'reception-counted',
      tracks: [{ packetsReceived: 150 }, { packetsReceived: 250 }],
    });
  });

  it('counts pictures from before the first key frame as dropped', async () => {
    const fixture = reported();
    fixture.picture();
    fixture.picture();
    await fixture.recorder.stop();

    expect(fixture.segments).toEqual([]);
    expect(fixture.reception[0]).toMatchObject({ kind: 'video', packetsReceived: 2, framesDropped: 2 });
  });

  it('counts sound from before the first picture as dropped', async () => {
    const fixture = reported();
    await fixture.play(400, { video: false });
    await fixture.play(1_000);
    await fixture.recorder.stop();

    expect(fixture.samples('audio')).toHaveLength(50);
    expect(fixture.reception[1]).toMatchObject({ kind: 'audio', packetsReceived: 70, framesDropped: 20 });
  });

  it('leaves out what a simulcast layer gets, loses and drops that is not in use', async () => {
    const fixture = reported();
    await fixture.play(1_000);
    const spare = fixture.recorder.open(VIDEO, { ssrc: 0x5a5a, codecName: 'H264' });
    spare.arrival(fixture.clock.nowMs, true);
    spare.lost(4);
    spare.sink.dropped();
    await fixture.recorder.stop();

    expect(fixture.reception[0]).toEqual({
      kind: 'video',
      packetsReceived: 30,
      packetsRepaired: 0,
      packetsLost: 0,
      framesDropped: 0,
    });
  });

  it('says nothing where there never was a publisher', async () => {
    const fixture = new RecorderFixture();
    await fixture.recorder.stop();

    expect(fixture.events).toEqual([]);
  });
});
