import { decodeErrors } from '../support/judges/ffmpeg.js';
import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { StoredRecording, isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { until } from '../support/wait.js';

interface ExportJob {
  readonly id: string;
  readonly state: string;
}

itWith('ffmpeg', 'mount')(
  'a server that can write to its data folder only records, plays, exports and starts again',
  async () => {
    await using server = await TestServer.start({
      env: { AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '2', AIRCHECK_RECORDER_RECONNECT_WINDOW_SECONDS: '0' },
      onReadOnlyRoot: true,
    });
    const media = await makeMedia({ seconds: 6, gopFrames: 30 });
    await using publisher = await Publisher.start('datachannel', { urls: [server.url('/whip/cam')], media });
    await publisher.ended();
    await until(() => isFinished(server, 'cam'), 'the recording is finished', 60_000);

    const recording = await StoredRecording.of(server, 'cam');
    expect((await recording.samples('video')).map(({ hash }) => hash)).toEqual(publisher.sent.video);
    expect(await decodeErrors(server.url(`/api/record/object/${recording.entry.mpd_path}`))).toBe('');
    const { sessions } = await server.get<{ sessions: { id: string; startedAt: string }[] }>(
      '/api/v1/sessions?stream=cam',
    );
    const [session] = sessions;
    const at = new Date(Date.parse(session?.startedAt ?? '') + 2000).toISOString();
    expect((await fetch(server.url(`/api/v1/streams/cam/thumbnail?at=${at}`))).status).toBe(200);
    const job = await server.post<ExportJob>('/api/v1/exports', { stream: 'cam', session: session?.id, format: 'mp4' });
    const stateOf = async (): Promise<string> => (await server.get<ExportJob>(`/api/v1/exports/${job.id}`)).state;
    await until(async () => !['waiting', 'running'].includes(await stateOf()), 'the export is done');
    expect(await decodeErrors(server.url(`/api/v1/exports/${job.id}/file`))).toBe('');

    expect(await server.terminate()).toBe(0);
    await server.start();
    expect(await server.get('/api/playback')).toEqual(['cam']);
  },
);
