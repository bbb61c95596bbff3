import { createHash } from 'node:crypto';
import { AUDIO, FRAME_MS, RecorderFixture, VIDEO } from './testing/recorder-fixture.js';
import { boxTypes, readFragments, readSamples } from './testing/segment-samples.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** A publisher with both tracks, whose sender reports are there from the start. */
function reported(...args: ConstructorParameters<typeof RecorderFixture>): RecorderFixture {
  const fixture = new RecorderFixture(...args);
  fixture.attach(VIDEO, AUDIO);
  fixture.reportBoth();
  return fixture;
}

describe('StreamRecorder, what it writes', () => {
  it('keeps every picture and sound byte for byte, with steady durations', async () => {
    const fixture = reported();
    const sent: string[] = [];
    for (let frame = 0; frame < 95; frame++) {
      sent.push(hex(fixture.picture({ isKeyframe: frame === 0 })));
      fixture.clock.nowMs += FRAME_MS;
      fixture.recorder.tick(fixture.clock.nowMs);
    }
    await fixture.recorder.stop();

    const samples = fixture.samples('video');
    expect(samples.map(({ bytes }) => hex(bytes))).toEqual(sent);
    expect(samples.every(({ durationTicks }) => durationTicks === 3_000)).toBe(true);
    expect(samples.map(({ isSync }) => isSync).indexOf(true, 1)).toBe(-1);
  });

  it('puts what was recorded under the names of the directory', async () => {
    const fixture = reported();
    await fixture.play(9_000);
    await fixture.recorder.stop();

    expect(fixture.names()).toEqual([
      'audio_init.m4s',
      'audio_seg_0001.m4s',
      'audio_seg_0002.m4s',
      'init.m4s',
      'seg_0001.m4s',
      'seg_0002.m4s',
    ]);
  });

  it('begins each segment file with its type, and ends fragments within a second', async () => {
    const fixture = reported();
    await fixture.play(6_500);
    await fixture.recorder.stop();

    for (const name of ['seg_0001.m4s', 'audio_seg_0001.m4s']) {
      const bytes = fixture.files.bytesOf(`cam/2026/11/20/${name}`);
      expect(boxTypes(bytes).slice(0, 3)).toEqual(['styp', 'moof', 'mdat']);
      for (const { samples } of readFragments(bytes)) {
        const ticks = samples.reduce((sum, sample) => sum + sample.durationTicks, 0);
        expect(ticks).toBeLessThanOrEqual(name.startsWith('audio') ? 48_000 : 90_000);
      }
    }
  });

  it('has at most a second on its way at any time', async () => {
    const fixture = reported();
    await fixture.play(5_900);

    for (const [name, rate] of [
      ['seg_0001.m4s', 90_000],
      ['audio_seg_0001.m4s', 48_000],
    ] as const) {
      const last = readSamples(fixture.files.bytesOf(`cam/2026/11/20/${name}`)).at(-1);
      expect(((last?.decodeTicks ?? 0) + (last?.durationTicks ?? 0)) / rate).toBeGreaterThanOrEqual(4.9);
    }
  });

  it('tells what is true of the files', async () => {
    const fixture = reported();
    await fixture.play(3_000);
    await fixture.recorder.stop();

    const [segment] = fixture.segments;
    expect(segment).toMatchObject({ recordingSessionId: 'session', directory: 'cam/2026/11/20', number: 1, period: 0 });
    for (const object of segment?.objects ?? []) {
      const bytes = fixture.files.bytesOf(object.objectKey);
      const samples = readSamples(bytes);
      expect(object).toMatchObject({
        sizeBytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        startTicks: samples[0]?.decodeTicks,
        durationTicks: samples.reduce((sum, sample) => sum + sample.durationTicks, 0),
        samples: samples.length,
        independent: true,
      });
    }
    expect(segment?.objects).toHaveLength(2);
  });

  it('tells a track after its init object is on disk and before its first segment', async () => {
    const fixture = reported();
    await fixture.play(7_000);
    await fixture.recorder.stop();

    const types = fixture.events.map(({ type }) => type).filter((type) => type !== 'reception-counted');
    expect(types).toEqual([
      'recording-anchored',
      'track-recorded',
      'track-recorded',
      'segment-closed',
      'segment-closed',
    ]);
    const [video] = fixture.tracks;
    expect(video).toMatchObject({
      kind: 'video',
      codecName: 'H264',
      width: 640,
      initObjectKey: 'cam/2026/11/20/init.m4s',
    });
    expect(boxTypes(fixture.files.bytesOf(video?.initObjectKey ?? ''))).toEqual(['ftyp', 'moov']);
  });

  it('gives all memory and all files back', async () => {
    const fixture = reported();
    await fixture.play(3_000);
    await fixture.recorder.stop();

    expect(fixture.files.openFiles).toBe(0);
    expect(fixture.recorder.memoryBytes).toBe(0);
  });
});

describe('StreamRecorder, the start', () => {
  it('anchors the session at its first sample, once', async () => {
    const fixture = reported();
    await fixture.play(1_000);
    fixture.recorder.interrupt();
    await fixture.play(1_000);
    await fixture.recorder.stop();

    const anchors = fixture.eventsOf('recording-anchored');
    expect(anchors).toEqual([
      { type: 'recording-anchored', recordingSessionId: 'session', anchorEpochMs: 1_800_000_010_000 },
    ]);
    expect(fixture.samples('video')[0]?.decodeTicks).toBe(0);
  });

  it('drops pictures before the first key frame and asks for one', async () => {
    const fixture = reported();
    fixture.picture();
    fixture.clock.nowMs += FRAME_MS;
    expect(fixture.keyframeRequests).toBe(1);
    const key = fixture.picture({ isKeyframe: true });
    await fixture.recorder.stop();

    expect(fixture.samples('video').map(({ bytes }) => hex(bytes))).toEqual([hex(key)]);
  });

  it('keeps sound of the time of the key frame, and drops what ends before it', async () => {
    const fixture = reported();
    const pictureMs = fixture.clock.nowMs + 100;
    fixture.sound({ atMs: pictureMs - 60 });
    fixture.clock.nowMs += 120;
    fixture.picture({ isKeyframe: true, atMs: pictureMs });
    fixture.sound({ atMs: pictureMs - 30 }); // came after the picture, but ends before it
    const kept = [fixture.sound({ atMs: pictureMs - 10 }), fixture.sound({ atMs: pictureMs + 10 })];
    await fixture.recorder.stop();

    expect(fixture.samples('audio').map(({ bytes }) => hex(bytes))).toEqual(kept.map(hex));
  });

  it('begins both tracks in one Period when sound came before the key frame', async () => {
    const fixture = reported();
    await fixture.play(300, { video: false });
    const kept: string[] = [];
    for (let step = 0; step < 50; step++) {
      fixture.picture({ isKeyframe: step === 0 });
      fixture.clock.nowMs += 3;
      kept.push(hex(fixture.sound()));
      fixture.clock.nowMs += 17;
    }
    await fixture.recorder.stop();

    expect(fixture.segments.map(({ period }) => period)).toEqual([0]);
    expect(fixture.samples('audio').map(({ bytes }) => hex(bytes))).toEqual(kept);
  });

  it('keeps sound that came first but belongs to the time of the key frame', async () => {
    const fixture = reported();
    fixture.sound();
    fixture.clock.nowMs += 40;
    const kept = fixture.sound();
    fixture.clock.nowMs += 60;
    fixture.picture({ isKeyframe: true, atMs: fixture.clock.nowMs - 80 });
    await fixture.recorder.stop();

    expect(fixture.samples('audio').map(({ bytes }) => hex(bytes))).toEqual([hex(kept)]);
  });

  it('waits up to a second for sender reports and takes their mapping outright', async () => {
    const fixture = new RecorderFixture();
    fixture.attach(VIDEO, AUDIO);
    const startMs = fixture.clock.nowMs;
    // Pictures are 120 ms later than sound of the same instant.
    for (let step = 0; step < 20; step++) {
      fixture.clock.nowMs = startMs + step * 40;
      fixture.picture({ isKeyframe: step === 0, atMs: fixture.clock.nowMs - 120 });
      fixture.sound();
    }
    expect(fixture.names()).toEqual([]);
    fixture.report(VIDEO, fixture.clock.nowMs);
    fixture.report(AUDIO, fixture.clock.nowMs);
    await fixture.recorder.stop();

    const [picture] = fixture.samples('video');
    const [sound] = fixture.samples('audio');
    expect(picture?.presentationTicks).toBe(0);
    expect((sound?.presentationTicks ?? 0) / 48).toBeCloseTo(120, 0);
  });

  it('goes by arrival when no report comes within a second', async () => {
    const fixture = new RecorderFixture();
    fixture.attach(VIDEO, AUDIO);
    await fixture.play(980);
    expect(fixture.names()).toEqual([]);
    await fixture.play(500, { keyframeMs: 60_000 });
    await fixture.recorder.stop();

    expect(fixture.samples('video')[0]?.presentationTicks).toBe(0);
    expect(fixture.samples('audio')[0]?.presentationTicks).toBe(0);
  });

  it('lets sound begin alone after two seconds, and pictures join with a new Period', async () => {
    const fixture = reported();
    await fixture.play(2_600, { video: false });
    await fixture.play(1_500);
    await fixture.recorder.stop();

    expect(fixture.segments.map(({ period, objects }) => [period, objects.map(({ kind }) => kind).sort()])).toEqual([
      [0, ['audio']],
      [1, ['audio', 'video']],
    ]);
    expect(fixture.samples('audio')).toHaveLength(130 + 75);
    expect(fixture.samples('audio').every(({ durationTicks }) => durationTicks === 960)).toBe(true);
    expect(fixture.samples('video')[0]?.decodeTicks).toBe(2_600 * 90);
  });

  it('writes what there is when it is stopped while it waits', async () => {
    const fixture = new RecorderFixture();
    fixture.attach(VIDEO, AUDIO);
    fixture.picture({ isKeyframe: true });
    await fixture.recorder.stop();

    expect(fixture.samples('video')).toHaveLength(1);
  });

  it('records sound alone when there is no video track', async () => {
    const fixture = new RecorderFixture();
    fixture.attach(AUDIO);
    fixture.report(AUDIO, fixture.clock.nowMs);
    await fixture.play(13_000, { video: false });
    await fixture.recorder.stop();

    expect(fixture.samples('audio')).toHaveLength(650);
    expect(fixture.segments.map(({ number, objects }) => [number, objects[0]?.durationTicks])).toEqual([
      [1, 288_000],
      [2, 288_000],
      [3, 48_000],
    ]);
  });
});

describe('StreamRecorder, segments', () => {
  it('cuts at the first key frame after the target, sound at the same time', async () => {
    const fixture = reported();
    await fixture.play(20_000, { keyframeMs: 2_500 });
    await fixture.recorder.stop();

    const cuts = fixture.segments.map(({ objects }) =>
      Object.fromEntries(objects.map(({ kind, startTicks, timescale }) => [kind, startTicks / timescale])),
    );
    expect(cuts).toEqual([
      { video: 0, audio: 0 },
      { video: 7.5, audio: 7.5 },
      { video: 15, audio: 15 },
    ]);
    expect(fixture.segments.every(({ period }) => period === 0)).toBe(true);
  });

  it('cuts by time at twice the target when no key frame comes, and asks for one before', async () => {
    const fixture = reported({ segmentDurationMs: 2_000 });
    await fixture.play(1_900, { keyframeMs: 60_000 });
    expect(fixture.keyframeRequests).toBe(0);
    for (let frame = 0; frame < 150; frame++) {
      fixture.picture();
      fixture.sound();
      fixture.clock.nowMs += 40;
    }
    await fixture.recorder.stop();

    expect(fixture.keyframeRequests).toBeGreaterThan(0);
    const video = fixture.segments.map(({ objects }) => objects.find(({ kind }) => kind === 'video'));
    expect(video.map((object) => [(object?.durationTicks ?? 0) / 90, object?.independent])).toEqual([
      [3_980, true],
      [3_920, false],
    ]);
  });

  it('never makes a segment longer than twice the target', async () => {
    const fixture = reported({ segmentDurationMs: 2_000 });
    fixture.picture({ isKeyframe: true });
    for (let step = 0; step < 12; step++) {
      fixture.clock.nowMs += 700;
      fixture.picture();
      fixture.recorder.tick(fixture.clock.nowMs);
      await fixture.settle();
    }
    await fixture.recorder.stop();

    const video = fixture.segments.map(({ objects }) => objects.find(({ kind }) => kind === 'video'));
    expect(video.map((object) => [(object?.durationTicks ?? 0) / 90, object?.independent])).toEqual([
      [3_500, true],
      [3_500, false],
      [2_100, false],
    ]);
  });

  it('closes the sound of a segment a second late when sound is silent, its last packet as long as it is', async () => {
    const fixture = reported({ segmentDurationMs: 2_000 });
    await fixture.play(1_500);
    await fixture.play(500, { audio: false, keyframeMs: 60_000 });
    await fixture.play(900, { audio: false });
    expect(fixture.segments).toHaveLength(0);
    await fixture.play(200, { audio: false, keyframeMs: 60_000 });

    const audio = fixture.segments[0]?.objects.find(({ kind }) => kind === 'audio');
    expect((audio?.durationTicks ?? 0) / 48).toBe(1_500);
  });

  it('tells segments in the order of their numbers', async () => {
    const fixture = reported({ segmentDurationMs: 1_000 });
    await fixture.play(10_000, { keyframeMs: 1_000 });
    await fixture.recorder.stop();

    expect(fixture.segments.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('takes the next free number rather than touch a file that is there', async () => {
    const fixture = reported();
    fixture.files.put('cam/2026/11/20/seg_0001.m4s', Uint8Array.of(1));
    fixture.files.put('cam/2026/11/20/audio_seg_0002.m4s', Uint8Array.of(2));
    fixture.files.put('cam/2026/11/20/init.m4s', Uint8Array.of(3));
    await fixture.play(1_000);
    await fixture.recorder.stop();

    expect(fixture.segments.map(({ number }) => number)).toEqual([3]);
    expect(fixture.tracks[0]?.initObjectKey).toBe('cam/2026/11/20/init_0002.m4s');
    expect(fixture.files.bytesOf('cam/2026/11/20/seg_0001.m4s')).toEqual(Uint8Array.of(1));
  });

  it('lets sound go on in segments of its own while the picture stands still', async () => {
    const fixture = reported({ segmentDurationMs: 2_000 });
    await fixture.play(1_000);
    await fixture.play(9_000, { video: false });
    await fixture.play(1_000);
    await fixture.recorder.stop();

    const kinds = fixture.segments.map(({ objects }) =>
      objects
        .map(({ kind }) => kind)
        .sort()
        .join(),
    );
    expect(kinds).toEqual(['audio,video', 'audio', 'audio', 'audio', 'audio,video']);
    const video = fixture.segments[0]?.objects.find(({ kind }) => kind === 'video');
    expect((video?.durationTicks ?? 0) / 90).toBe(4_000);
    expect(fixture.segments.every(({ period }) => period === 0)).toBe(true);
    expect(fixture.samples('audio')).toHaveLength(550);
  });

  it('has sound on disk within a second while the picture stands still', async () => {
    const fixture = reported();
    await fixture.play(1_000);
    await fixture.play(3_000, { video: false });

    const last = readSamples(fixture.files.bytesOf('cam/2026/11/20/audio_seg_0001.m4s')).at(-1);
    expect((last?.decodeTicks ?? 0) / 48).toBeGreaterThanOrEqual(2_900);
  });
});
