import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { StoredRecording } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { StoredSession } from '../support/stored-sessions.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

const FRAMES_PER_SECOND = 30;

describe('the server killed when a session has just given way to the next', () => {
  itWith('ffmpeg').each([0, 40, 700])('keeps both of them, but for the last second (%d ms after)', async (afterMs) => {
    await using server = await TestServer.start({
      env: {
        AIRCHECK_RECORDER_MAX_RECORDING_SECONDS: '2',
        AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '1',
        AIRCHECK_RECORDER_RECONNECT_WINDOW_SECONDS: '0',
      },
    });
    const media = await makeMedia({ seconds: 20, gopFrames: 15 });
    await using publisher = await Publisher.start('datachannel', { urls: [server.url('/whip/cam')], media });
    const recordId = async (): Promise<string> =>
      (await server.post<{ record_id: string }>('/api/record/cam', {})).record_id;
    const first = await recordId();
    await until(async () => (await recordId()) !== first, 'the next session has begun');
    await pause(afterMs);
    const killedAtMs = performance.now();
    await server.kill();

    await server.start();

    const sessions = await StoredSession.completedIn(await StoredRecording.of(server, 'cam'));
    const kept = (await Promise.all(sessions.map((session) => session.samples('video')))).flat();
    const sent = publisher.sent.video.filter((_, index) => (publisher.sentAtMs.video[index] ?? 0) < killedAtMs);
    expect(kept.map(({ hash }) => hash)).toEqual(sent.slice(0, kept.length));
    expect(sent.length - kept.length).toBeLessThanOrEqual(FRAMES_PER_SECOND);
    expect(await server.get('/api/record/cam')).toEqual({ recording: false });
  });
});
