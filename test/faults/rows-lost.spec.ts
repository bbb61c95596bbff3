import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { decodeErrors } from '../support/judges/ffmpeg.js';
import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { StoredRecording } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { pause } from '../support/wait.js';

/** Brings the database of a stopped server to where it would be if it had not answered since then. */
function forget(server: TestServer, ...statements: readonly string[]): void {
  const database = new DatabaseSync(join(server.folder, 'data/aircheck.db'));
  for (const statement of statements) database.exec(statement);
  database.close();
}

const SESSION_AS_OPENED = `UPDATE recording_sessions SET anchored_at = NULL, first_media_ms = NULL, end_ms = 0, duration_ms = 0,
  size_bytes = 0, segment_count = 0, next_period = 0`;

describe('a server killed while its database was away', () => {
  itWith('ffmpeg')('commits tracks and segments whose rows never came', async () => {
    await using server = await TestServer.start({
      env: { AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '2', AIRCHECK_RECORDER_RECONNECT_WINDOW_SECONDS: '0' },
    });
    const media = await makeMedia({ seconds: 20, gopFrames: 30 });
    await using publisher = await Publisher.start('datachannel', { urls: [server.url('/whip/cam')], media });
    await pause(7000);
    const killedAtMs = performance.now();
    await server.kill();
    const forgotten = ['segments', 'tracks', 'session_parts', 'recordings'].map((table) => `DELETE FROM ${table}`);
    forget(server, ...forgotten, SESSION_AS_OPENED);

    await server.start();

    const recording = await StoredRecording.of(server, 'cam');
    const stored = (await recording.samples('video')).map(({ hash }) => hash);
    const sent = publisher.sent.video.filter((_, i) => (publisher.sentAtMs.video[i] ?? 0) < killedAtMs);
    expect(stored).toEqual(sent.slice(0, stored.length));
    expect(sent.length - stored.length).toBeLessThanOrEqual(30);
    expect((await recording.names()).filter((name) => name.includes('quarantined'))).toEqual([]);
    expect(await recording.text('video.m3u8')).not.toContain('#EXT-X-DISCONTINUITY');
    expect(await decodeErrors(server.url(`/api/record/object/${recording.entry.mpd_path}`))).toBe('');
  });
});
