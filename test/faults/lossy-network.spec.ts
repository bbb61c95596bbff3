import { itByEngine, oppositeCombinations } from '../support/engine-combinations.js';
import { NetworkScene, hashes, holes, isOneRecording, places } from '../support/network/network-scene.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

const withFfmpeg = itWith('ffmpeg');
const byOpposites = itByEngine(oppositeCombinations, withFfmpeg);
/** Of test/support/publishers/datachannel.ts. */
const AUDIO_PAYLOAD_TYPE = 111;

describe('a stream over a network', () => {
  withFfmpeg('that reorders, duplicates, delays and jitters is recorded whole', async () => {
    await using scene = await NetworkScene.start(1, 8);
    scene.relay.toServer.become({ reorderPercent: 10, duplicatePercent: 10, delayMs: 20, jitterMs: 10 });
    scene.relay.toPublisher.become({ reorderPercent: 10, duplicatePercent: 10, delayMs: 20, jitterMs: 10 });

    const view = await scene.beforeTheEnd();
    const recording = await scene.recording();

    expect(await hashes(recording, 'video')).toEqual(scene.publisher.sent.video);
    expect(await hashes(recording, 'audio')).toEqual(scene.publisher.owed.audio);
    expect(view.codecs.map(({ packetsLost }) => packetsLost)).toEqual([0, 0]);
    expect((await scene.sessionFile(recording)).gaps).toEqual([]);
    expect(await scene.decodeErrors(recording)).toBe('');
    expect(scene.relay.toServer.counters.reordered).toBeGreaterThan(50);
    expect(scene.relay.toServer.counters.duplicated).toBeGreaterThan(50);
  });

  byOpposites(
    'that loses a tenth is repaired where the publisher can, and what stays lost is counted',
    async (combination) => {
      await using scene = await NetworkScene.start(2, 10, {}, {}, combination);
      const conditions = { lossPercent: 10, reorderPercent: 5, duplicatePercent: 5, delayMs: 10, jitterMs: 5 };
      scene.relay.toServer.become(conditions);
      scene.relay.toPublisher.become(conditions);

      const view = await scene.beforeTheEnd();
      const recording = await scene.recording();
      const { video, audio } = scene.publisher.sent;
      const storedVideo = places(await hashes(recording, 'video'), video);
      const storedAudio = places(await hashes(recording, 'audio'), audio);

      const ofKind = (kind: string) => view.codecs.find((codec) => codec.kind === kind);
      expect(storedVideo.length).toBeGreaterThan(0.97 * video.length);
      expect(ofKind('video')?.packetsRepaired).toBeGreaterThan(50);
      // libdatachannel offers no NACK for audio: what the network lost is missing, nothing else, and it is counted.
      const missing = audio.length - storedAudio.length;
      expect(missing).toBe(scene.relay.toServer.lostOf(AUDIO_PAYLOAD_TYPE));
      expect(missing).toBeGreaterThan(10);
      // Statistics are of the second before.
      expect(ofKind('audio')?.packetsLost).toBeGreaterThan(0.6 * missing);
      expect(ofKind('audio')?.packetsLost).toBeLessThanOrEqual(missing);
      const { gaps } = await scene.sessionFile(recording);
      const gapMs = gaps.filter(({ kind }) => kind === 'audio').reduce((sum, gap) => sum + gap.duration_ms, 0);
      expect(Math.abs(gapMs - 20 * missing)).toBeLessThanOrEqual(40);
      expect(new Set(gaps.map(({ cause }) => cause))).toEqual(new Set(['loss']));
      expect(await scene.decodeErrors(recording)).toBe('');
    },
  );

  withFfmpeg('that is bad from the first packet on lets a publisher connect', async () => {
    const conditions = { lossPercent: 5, reorderPercent: 20, duplicatePercent: 20, delayMs: 20, jitterMs: 10 };
    await using scene = await NetworkScene.start(6, 4, conditions);

    const recording = await scene.recording();

    const { video } = scene.publisher.sent;
    expect(places(await hashes(recording, 'video'), video).length).toBeGreaterThan(0.9 * video.length);
    expect(await scene.decodeErrors(recording)).toBe('');
  });

  withFfmpeg('that loses in bursts leaves only whole pictures, which FFmpeg decodes', async () => {
    await using scene = await NetworkScene.start(3, 8);
    scene.relay.toServer.become({ lossPercent: 10, lossBurst: 20, delayMs: 10 });
    scene.relay.toPublisher.become({ lossPercent: 10, lossBurst: 5, delayMs: 10 });

    const recording = await scene.recording();

    const { video, audio } = scene.publisher.sent;
    expect(places(await hashes(recording, 'video'), video).length).toBeGreaterThan(0.9 * video.length);
    expect(places(await hashes(recording, 'audio'), audio).length).toBeGreaterThan(0.7 * audio.length);
    expect(await scene.decodeErrors(recording)).toBe('');
  });

  withFfmpeg('that is gone for two seconds leaves one session, which goes on where the network is back', async () => {
    await using scene = await NetworkScene.start(4, 10);
    const states = new Set<string>();
    const [before] = (await scene.stream()).publish.sessions;
    await pause(4000);
    scene.relay.toServer.become({ isDown: true });
    scene.relay.toPublisher.become({ isDown: true });
    await pause(2000);
    scene.relay.toServer.become({});
    scene.relay.toPublisher.become({});
    await until(async () => {
      const { sessions } = (await scene.stream()).publish;
      for (const { state } of sessions) states.add(state);
      return scene.publisher.sent.video.length > 270;
    }, 'the publisher goes on');
    const [after] = (await scene.stream()).publish.sessions;
    const recording = await scene.recording();

    expect(after?.id).toBe(before?.id);
    expect(states).toEqual(new Set(['connected']));
    await isOneRecording(scene, recording);
    const { video, audio } = scene.publisher.sent;
    const storedVideo = places(await hashes(recording, 'video'), video);
    const storedAudio = places(await hashes(recording, 'audio'), audio);
    expect(holes(storedVideo).length).toBeLessThanOrEqual(1);
    expect(video.length - storedVideo.length).toBeLessThan(2.6 * 30);
    expect(holes(storedAudio)).toHaveLength(1);
    expect(audio.length - storedAudio.length).toBeLessThan(2.4 * 50);
    expect(await scene.decodeErrors(recording)).toBe('');
  });

  withFfmpeg('that gives the publisher another address loses nothing once it has checked the new one', async () => {
    await using scene = await NetworkScene.start(5, 14);
    const [before] = (await scene.stream()).publish.sessions;
    await pause(4000);
    await scene.relay.changeAddress();
    await until(() => scene.publisher.sent.video.length > 400, 'the publisher goes on');
    const [after] = (await scene.stream()).publish.sessions;
    const recording = await scene.recording();

    expect(after).toMatchObject({ id: before?.id, state: 'connected' });
    await isOneRecording(scene, recording);
    const { video, audio } = scene.publisher.sent;
    const storedVideo = places(await hashes(recording, 'video'), video);
    const storedAudio = places(await hashes(recording, 'audio'), audio);
    // One hole: from the change to the publisher's next connectivity check, which libjuice sends each 4 to 6 s.
    for (const [stored, sent, rate] of [
      [storedVideo, video, 30],
      [storedAudio, audio, 50],
    ] as const) {
      expect(holes(stored).length).toBeLessThanOrEqual(1);
      expect(sent.length - stored.length).toBeLessThan(7 * rate);
      expect(stored.at(-1)).toBe(sent.length - 1);
    }
    expect(await scene.decodeErrors(recording)).toBe('');
  });
});
