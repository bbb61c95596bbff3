import { decodeErrors, probe } from '../support/judges/ffmpeg.js';
import { makeMedia } from '../support/media.js';
import { Publisher, type PublisherOrder } from '../support/publisher.js';
import { StoredRecording, isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { until } from '../support/wait.js';

const withFfmpeg = itWith('ffmpeg');
const SEGMENT_SECONDS = 2;

interface SessionFile {
  readonly segments: readonly {
    readonly number: number;
    readonly duration_ms: number;
    readonly objects: readonly { readonly track: string; readonly independent: boolean }[];
  }[];
}

async function record(server: TestServer, publisher: Publisher): Promise<StoredRecording> {
  await publisher.ended();
  await until(() => isFinished(server, 'cam'), 'the recording is finished');
  return StoredRecording.of(server, 'cam');
}

const start = (): Promise<TestServer> =>
  TestServer.start({ env: { AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: String(SEGMENT_SECONDS) } });

const publish = (
  server: TestServer,
  media: string,
  tracks: Pick<PublisherOrder, 'audio' | 'video'> = {},
): Promise<Publisher> => Publisher.start('datachannel', { urls: [server.url('/whip/cam')], media, ...tracks });

async function sessionFile(recording: StoredRecording): Promise<SessionFile> {
  const name = (await recording.names()).find((one) => one.startsWith('session_')) ?? '';
  return JSON.parse(await recording.text(name)) as SessionFile;
}

/** Every door to the recording shows these tracks, and FFmpeg decodes what is behind it. */
async function isPlayable(server: TestServer, recording: StoredRecording, kinds: readonly string[]): Promise<void> {
  for (const name of ['manifest.mpd', 'index.m3u8']) {
    const url = server.url(`/api/record/object/${recording.entry.mpd_path.replace('manifest.mpd', name)}`);
    expect(await decodeErrors(url)).toBe('');
    expect((await probe(url)).streams.map((stream) => stream.codec_type).sort()).toEqual(kinds);
  }
}

describe('a publisher', () => {
  withFfmpeg('of sound only is recorded whole, with manifests that show no picture', async () => {
    await using server = await start();
    const media = await makeMedia({ seconds: 7 });
    await using publisher = await publish(server, media, { video: false });
    const recording = await record(server, publisher);

    expect((await recording.samples('audio')).map(({ hash }) => hash)).toEqual(publisher.sent.audio);
    expect((await recording.segmentNames('audio')).length).toBeGreaterThanOrEqual(3);
    expect(await recording.names()).not.toContain('video.m3u8');
    expect(await recording.text('manifest.mpd')).not.toContain('video/mp4');
    expect(await recording.text('index.m3u8')).not.toContain('avc1');
    await isPlayable(server, recording, ['audio']);
  });

  withFfmpeg('of pictures only is recorded whole, with manifests that know no sound', async () => {
    await using server = await start();
    const media = await makeMedia({ seconds: 7, gopFrames: 30 });
    await using publisher = await publish(server, media, { audio: false });
    const recording = await record(server, publisher);

    expect((await recording.samples('video')).map(({ hash }) => hash)).toEqual(publisher.sent.video);
    expect((await recording.segmentNames('video')).length).toBeGreaterThanOrEqual(3);
    expect(await recording.names()).not.toContain('audio.m3u8');
    expect(await recording.text('manifest.mpd')).not.toContain('audio/mp4');
    expect(await recording.text('index.m3u8')).not.toContain('TYPE=AUDIO');
    await isPlayable(server, recording, ['video']);
  });

  withFfmpeg('that sends one key frame only is recorded whole, in segments cut at twice their length', async () => {
    await using server = await start();
    const media = await makeMedia({ seconds: 11, gopFrames: 600 });
    await using publisher = await publish(server, media);
    const recording = await record(server, publisher);

    const samples = await recording.samples('video');
    expect(samples.map(({ hash }) => hash)).toEqual(publisher.sent.video);
    expect(samples.filter(({ isKeyframe }) => isKeyframe)).toHaveLength(1);
    const { segments } = await sessionFile(recording);
    expect(segments.length).toBeGreaterThanOrEqual(3);
    for (const { duration_ms: durationMs } of segments) {
      expect(durationMs).toBeLessThanOrEqual(2 * SEGMENT_SECONDS * 1000 + 50);
    }
    const independent = segments.map(({ objects }) => objects.every((object) => object.independent));
    expect(independent).toEqual(segments.map((_, index) => index === 0));
    await isPlayable(server, recording, ['audio', 'video']);
  });

  withFfmpeg('that was to send sound and is silent is recorded with its pictures', async () => {
    await using server = await start();
    const media = await makeMedia({ seconds: 7, gopFrames: 30 });
    await using publisher = await Publisher.start('datachannel', {
      urls: [server.url('/whip/cam')],
      media,
      mute: ['audio'],
    });
    const recording = await record(server, publisher);

    expect((await recording.samples('video')).map(({ hash }) => hash)).toEqual(publisher.sent.video);
    await isPlayable(server, recording, ['video']);
  });

  withFfmpeg('that was to send pictures and sends none is recorded with its sound', async () => {
    await using server = await start();
    const media = await makeMedia({ seconds: 7 });
    await using publisher = await Publisher.start('datachannel', {
      urls: [server.url('/whip/cam')],
      media,
      mute: ['video'],
    });
    const recording = await record(server, publisher);

    expect((await recording.samples('audio')).map(({ hash }) => hash)).toEqual(publisher.sent.audio);
    await isPlayable(server, recording, ['audio']);
  });
});
