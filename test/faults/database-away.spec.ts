import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { decodeErrors } from '../support/judges/ffmpeg.js';
import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { StoredRecording, isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

const AWAY_MS = 8000;

describe('a database that somebody else has locked', () => {
  itWith('ffmpeg')('costs a running recording nothing: its rows follow when the lock is gone', async () => {
    await using server = await TestServer.start({ env: { AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '2' } });
    const media = await makeMedia({ seconds: 16, gopFrames: 30 });
    await using publisher = await Publisher.start('datachannel', { urls: [server.url('/whip/cam')], media });
    await pause(3000);
    const database = new DatabaseSync(join(server.folder, 'data/aircheck.db'), { timeout: 1000 });
    database.exec('BEGIN EXCLUSIVE');
    await pause(AWAY_MS);
    database.exec('ROLLBACK');
    database.close();
    await until(async () => (await fetch(server.url('/livez'))).status === 200, 'the server answers');
    await publisher.ended();
    await until(() => isFinished(server, 'cam'), 'the recording is finished');

    await until(async () => {
      const { entry } = await StoredRecording.of(server, 'cam');
      return entry.duration_ms > 15_500;
    }, 'all rows are there');
    const recording = await StoredRecording.of(server, 'cam');
    expect((await recording.samples('video')).map(({ hash }) => hash)).toEqual(publisher.sent.video);
    expect((await recording.samples('audio')).map(({ hash }) => hash)).toEqual(publisher.owed.audio);
    for (const kind of ['video', 'audio'] as const) {
      for (const name of await recording.segmentNames(kind)) {
        const key = recording.entry.mpd_path.replace('manifest.mpd', name);
        const { status } = await fetch(server.url(`/api/record/object/${key}`), { method: 'HEAD' });
        expect(status).toBe(200);
      }
    }
    expect(await recording.text('manifest.mpd')).toContain('type="static"');
    expect(await decodeErrors(server.url(`/api/record/object/${recording.entry.mpd_path}`))).toBe('');
  });
});
