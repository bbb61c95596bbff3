import { AUDIO, RecorderFixture, VIDEO, VIDEO_PARAMETERS } from './testing/recorder-fixture.js';

const FRAME_MS = 1000 / 30;

/** Key frames for a while, each with what `picture` makes up. */
async function lie(
  fixture: RecorderFixture,
  durationMs: number,
  picture: (index: number) => Parameters<RecorderFixture['picture']>[0],
): Promise<void> {
  for (let index = 0; index * FRAME_MS < durationMs; index++) {
    fixture.clock.nowMs += FRAME_MS;
    fixture.recorder.tick(fixture.clock.nowMs);
    fixture.picture({ isKeyframe: true, ...picture(index) });
    await fixture.settle();
  }
}

/** The same ones in every run. */
const anywhere = (index: number): number => ((index * 2_654_435_761) % 2 ** 32) * (40_000_000 / 2 ** 32);

function started(): RecorderFixture {
  const fixture = new RecorderFixture();
  fixture.attach(VIDEO);
  return fixture;
}

const periods = (fixture: RecorderFixture): number => new Set(fixture.segments.map(({ period }) => period)).size;

describe('StreamRecorder, senders that lie', () => {
  it('follows a burst of changes, then one each two seconds, and goes on where they end', async () => {
    const fixture = started();
    await lie(fixture, 20_000, (index) => ({
      parameters: { ...VIDEO_PARAMETERS, configuration: Uint8Array.of(index >> 8, index), width: 16 + index },
    }));
    const last = fixture.clock.nowMs;
    await fixture.pass(100);
    await lie(fixture, 4_000, () => ({}));
    await fixture.recorder.stop();

    expect(periods(fixture)).toBeGreaterThan(35);
    expect(periods(fixture)).toBeLessThan(45);
    expect(fixture.names().length).toBeLessThan(100);
    expect(fixture.gaps.some(({ cause, durationMs }) => cause === 'loss' && durationMs > 1_000)).toBe(true);
    // What came after the lies is there.
    expect(fixture.clock.nowMs - last).toBeGreaterThan(4_000);
    expect(fixture.samples('video').length).toBeGreaterThan(100);
  });

  it('takes what it leaves out after a loss for no change: the key frame that ends it is kept', async () => {
    const fixture = started();
    await lie(fixture, 2_000, () => ({}));
    const larger = { ...VIDEO_PARAMETERS, configuration: Uint8Array.of(7, 7), width: 1_920 };
    fixture.source(VIDEO).sink.damaged();
    await lie(fixture, 2_000, () => ({ isKeyframe: false, parameters: larger }));
    await lie(fixture, 500, (index) => ({ isKeyframe: index === 0, parameters: larger }));
    await fixture.recorder.stop();

    expect(fixture.samples('video')).toHaveLength(60 + 15);
    expect(periods(fixture)).toBe(2);
  });

  it.each([
    ['anywhere', anywhere],
    ['less far forward than a jump', (index: number) => index * 9_900],
    ['back', (index: number) => 40_000_000 - index * 900],
  ])('keeps the time of the clock when RTP time goes %s with every picture', async (_, timeOf) => {
    const fixture = started();
    await lie(fixture, 20_000, (index) => ({ atMs: timeOf(index) }));
    await fixture.recorder.stop();

    const objects = fixture.segments.flatMap((segment) => segment.objects);
    const lengthMs = Math.max(...objects.map((object) => (object.startTicks + object.durationTicks) / 90));
    // 30 s ahead of the clock, and a second for the last picture of each Period.
    expect(lengthMs).toBeLessThan(100_000);
    expect(fixture.segments.length).toBeLessThan(60);
  });

  it('leaves pictures out up to a key frame where there is no room for another Period', async () => {
    const fixture = started();
    await lie(fixture, 1_500, (index) => ({ parameters: { ...VIDEO_PARAMETERS, width: 16 + index } }));
    const kept = fixture.samples('video').length;
    await lie(fixture, 300, () => ({ isKeyframe: false }));
    await fixture.recorder.stop();

    expect(kept).toBeGreaterThan(20);
    expect(fixture.samples('video').length).toBeLessThanOrEqual(31);
    expect(fixture.keyframeRequests).toBeGreaterThan(10);
  });

  it('takes pictures of the same time as long as memory allows, then ends the recording and says why', async () => {
    const fixture = new RecorderFixture();
    fixture.attach(VIDEO, AUDIO);
    fixture.reportBoth();
    await lie(fixture, 10_000, () => ({ atMs: 0, bytes: new Uint8Array(300_000) }));
    await fixture.recorder.stop();

    expect(fixture.eventsOf('recording-failed').map(({ code }) => code)).toEqual(['memory-exhausted']);
    expect(fixture.recorder.memoryBytes).toBe(0);
  });
});
