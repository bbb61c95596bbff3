import { AUDIO, RecorderFixture, VIDEO } from './testing/recorder-fixture.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** A publisher with both tracks, whose sender reports are there from the start. */
function reported(...args: ConstructorParameters<typeof RecorderFixture>): RecorderFixture {
  const fixture = new RecorderFixture(...args);
  fixture.attach(VIDEO, AUDIO);
  fixture.reportBoth();
  return fixture;
}

describe('StreamRecorder, sound that begins after the pictures', () => {
  it('keeps all of sound that begins late, where it begins, without a new Period', async () => {
    const fixture = reported();
    await fixture.play(2_500, { audio: false });
    await fixture.play(3_000, { opensWithKeyframe: false, keyframeMs: 60_000 });
    await fixture.recorder.stop();

    expect(fixture.segments.map(({ period, objects }) => [period, objects.length])).toEqual([[0, 2]]);
    expect(fixture.samples('audio')[0]?.decodeTicks).toBe(2_500 * 48);
    expect(fixture.samples('audio')).toHaveLength(150);
    expect(fixture.samples('video')).toHaveLength(75 + 90);
    expect(fixture.keyframeRequests).toBe(0);
  });

  it('puts late sound into the segments of its time, also into one that ended while its place was not known', async () => {
    const fixture = new RecorderFixture({ segmentDurationMs: 2_000 });
    fixture.attach(VIDEO, AUDIO);
    await fixture.play(3_600, { audio: false });
    await fixture.play(400, { opensWithKeyframe: false });
    expect(fixture.segments).toHaveLength(1);
    await fixture.play(2_000);
    await fixture.recorder.stop();

    const sound = fixture.segments.map(({ objects }) => objects.find(({ kind }) => kind === 'audio'));
    expect(sound.map((object) => [(object?.startTicks ?? 0) / 48, object?.samples])).toEqual([
      [0, undefined],
      [3_600, 20],
      [4_000, 100],
    ]);
    expect(fixture.segments.every(({ period }) => period === 0)).toBe(true);
  });

  it('keeps late sound whose time lies before the segment in progress', async () => {
    const fixture = reported({ segmentDurationMs: 2_000 });
    await fixture.play(2_040, { audio: false });
    for (let step = 0; step < 50; step++) {
      fixture.sound({ atMs: fixture.clock.nowMs - 300 });
      fixture.clock.nowMs += 20;
    }
    await fixture.recorder.stop();

    const sound = fixture.samples('audio');
    expect(sound).toHaveLength(50);
    expect(sound[0]?.decodeTicks).toBe(1_740 * 48);
    expect(sound.every(({ durationTicks }) => durationTicks === 960)).toBe(true);
  });

  it('leaves out late sound from before the first picture, and nothing that follows', async () => {
    const fixture = reported();
    const sent: string[] = [];
    await fixture.play(1_500, { audio: false });
    for (let step = 0; step < 150; step++) {
      sent.push(hex(fixture.sound({ atMs: fixture.clock.nowMs - 2_000 })));
      fixture.clock.nowMs += 20;
    }
    await fixture.recorder.stop();

    expect(fixture.samples('audio').map(({ bytes }) => hex(bytes))).toEqual(sent.slice(25));
    expect(fixture.samples('audio')[0]?.decodeTicks).toBe(0);
  });
});
