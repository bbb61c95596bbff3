import { decodeWithFfmpeg } from '../support/judges/ffmpeg.js';
import { itWith } from '../support/tools.js';
import { until } from '../support/wait.js';
import { type CodedFrame, codedFrames } from './coded-frames.js';
import { storedFrames } from './judges/stored-frames.js';
import { PionTests } from './pion-tests.js';
import { AIORTC_PROGRAM, PYTHON } from './senders/aiortc.js';
import { GSTREAMER_PROGRAM } from './senders/gstreamer.js';
import { OPUS, publishWithPion, videoTrack } from './senders/pion.js';
import { runSender, sendFrames } from './sender-program.js';
import { g711Silence, pictures, sound } from './unusual-clips.js';
import { UnusualStage } from './unusual-stage.js';

const SECONDS = 4;

describe('a sender of', () => {
  const withPion = new PionTests();
  let stage: UnusualStage;

  beforeAll(async () => {
    await withPion.buildSender();
    stage = await UnusualStage.start();
  });

  afterAll(() => stage[Symbol.asyncDispose]());

  const order = (stream: string): string[] => ['--whip', stage.whipUrl(stream), '--seconds', String(SECONDS)];

  /** All frames are in one Period, and FFmpeg decodes each. */
  const expectWhole = async (stream: string, kind: 'video' | 'audio', frames: number): Promise<string> => {
    const [path = '', ...others] = await stage.periods(stream, kind);
    expect(others).toEqual([]);
    expect(await decodeWithFfmpeg(path)).toEqual({ packets: frames, frames, complaints: '' });
    return path;
  };

  itWith('ffmpeg', 'gstreamer')('sound only is recorded whole: GStreamer', async () => {
    const stream = stage.nextStream();
    const sent = await sendFrames(PYTHON, [GSTREAMER_PROGRAM, ...order(stream), '--audio', 'opus']);

    await expectWhole(stream, 'audio', sent.audioFrames);
    expect(sent.audioFrames).toBeGreaterThanOrEqual(SECONDS * 50);
    expect(await stage.periods(stream, 'video')).toEqual([]);
  });

  itWith('ffmpeg', 'gstreamer')('pictures only is recorded whole: GStreamer', async () => {
    const stream = stage.nextStream();
    const sent = await sendFrames(PYTHON, [GSTREAMER_PROGRAM, ...order(stream), '--video', 'H264']);

    await expectWhole(stream, 'video', sent.videoFrames);
    expect(sent.videoFrames).toBe(SECONDS * 30);
    expect(await stage.periods(stream, 'audio')).toEqual([]);
  });

  withPion.it('pictures only is recorded whole: Pion', async () => {
    const stream = stage.nextStream();
    const frames = await codedFrames(await pictures('bframes=0', { seconds: SECONDS }));
    await publishWithPion(stage.whipUrl(stream), [videoTrack('H264')], frames);

    await expectWhole(stream, 'video', frames.length);
    expect(await stage.periods(stream, 'audio')).toEqual([]);
  });

  for (const [what, options, frameSeconds] of [
    ['mono Opus', ['-ac', '1'], 0.02],
    ['stereo Opus', ['-ac', '2'], 0.02],
    ['Opus in frames of 10 ms', ['-ac', '2', '-frame_duration', '10'], 0.01],
    ['Opus in frames of 60 ms', ['-ac', '2', '-frame_duration', '60'], 0.06],
  ] as const)
    withPion.it(`${what} is recorded whole and at its own pace: Pion`, async () => {
      const stream = stage.nextStream();
      const frames = await codedFrames(await sound(options, SECONDS));
      await publishWithPion(stage.whipUrl(stream), [OPUS], frames);

      const path = await expectWhole(stream, 'audio', frames.length);
      expect(frames.length).toBeGreaterThanOrEqual(SECONDS / frameSeconds);
      const starts = (await storedFrames(path)).map(({ presentationSeconds }) => presentationSeconds);
      for (const [index, start] of starts.slice(1).entries())
        expect(start - (starts[index] ?? NaN)).toBeCloseTo(frameSeconds, 3);
    });

  itWith('ffmpeg', 'gstreamer')(
    'Opus that pauses in silence (DTX) keeps its sound where it was: GStreamer',
    async () => {
      const stream = stage.nextStream();
      const sent = await sendFrames(PYTHON, [GSTREAMER_PROGRAM, ...order(stream), '--audio', 'opus-dtx']);
      expect(sent.audioFrames).toBeLessThan(SECONDS * 40);

      const [path = '', ...others] = await stage.periods(stream, 'audio');
      expect(others).toEqual([]);
      expect(await stage.framesRecorded(stream, 'audio')).toBe(sent.audioFrames);
      // Pauses are asked of the decoder frame by frame, so that every player keeps the time.
      const stored = await storedFrames(path);
      const { packets, frames, complaints } = await decodeWithFfmpeg(path);
      expect({ packets, complaints }).toEqual({ packets: stored.length, complaints: '' });
      expect(frames).toBe(packets);
      const end = stored.at(-1);
      expect((end?.presentationSeconds ?? 0) - (stored[0]?.presentationSeconds ?? 0)).toBeGreaterThan(SECONDS - 0.5);
      for (const [index, { presentationSeconds: start }] of stored.slice(1).entries())
        expect(start - (stored[index]?.presentationSeconds ?? NaN)).toBeLessThan(0.07);
    },
  );

  itWith('ffmpeg', 'aiortc')(
    'G.711 beside H.264 has its pictures recorded, and is told of the sound: aiortc',
    async () => {
      const stream = stage.nextStream();
      const sent = await sendFrames(PYTHON, [AIORTC_PROGRAM, ...order(stream), '--video', 'H264', '--audio', 'PCMU']);

      await expectWhole(stream, 'video', sent.videoFrames);
      expect(await stage.periods(stream, 'audio')).toEqual([]);
      expect(await stage.unrecorded(stream)).toEqual([{ kind: 'audio', codec: 'PCMU', reason: 'unsupported-codec' }]);
    },
  );

  const expectLiveOnly = async (stream: string, codec: string, sending: Promise<unknown>): Promise<void> => {
    const isLive = async (): Promise<boolean> =>
      (await stage.server.get<{ codecs: unknown[] }>(`/api/streams/${stream}`)).codecs.length > 0;
    await until(isLive, `${stream} is live`);
    const response = await fetch(stage.server.url(`/api/record/${stream}`), { method: 'POST' });
    expect([response.status, await response.json()]).toEqual([
      422,
      expect.objectContaining({ code: 'unsupported-codec', codecs: codec }),
    ]);
    await sending;
    expect(await stage.server.get(`/api/playback/${stream}`)).toEqual([]);
  };

  itWith('aiortc')('G.711 alone goes live, and a POST is told why it is not recorded: aiortc', async () => {
    const stream = stage.nextStream();
    await expectLiveOnly(stream, 'PCMU', runSender(PYTHON, [AIORTC_PROGRAM, ...order(stream), '--audio', 'PCMU']));
  });

  withPion.it('G.711 alone goes live, and a POST is told why it is not recorded: Pion', async () => {
    const stream = stage.nextStream();
    const tracks = [{ kind: 'audio', codec: 'PCMA', format: '' }] as const;
    const frames: CodedFrame[] = g711Silence(0xd5, SECONDS);
    await expectLiveOnly(stream, 'PCMA', publishWithPion(stage.whipUrl(stream), tracks, frames));
  });
});
