import { decodeErrors } from '../support/judges/ffmpeg.js';
import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { StoredRecording } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { pause } from '../support/wait.js';

describe('SIGTERM', () => {
  itWith('ffmpeg')('ends recordings with everything committed, exit code 0, within five seconds', async () => {
    await using server = await TestServer.start();
    const media = await makeMedia({ seconds: 10 });
    await using publisher = await Publisher.start('datachannel', { urls: [server.url('/whip/cam')], media });
    await pause(4000);

    const startedAtMs = performance.now();
    const exitCode = await server.terminate();
    const tookMs = performance.now() - startedAtMs;
    const sent = publisher.sent.video.filter((_, i) => (publisher.sentAtMs.video[i] ?? 0) < startedAtMs).length;

    expect(exitCode).toBe(0);
    expect(tookMs).toBeLessThan(5000);
    await server.start();
    const recording = await StoredRecording.of(server, 'cam');
    expect((await recording.samples('video')).length).toBeGreaterThanOrEqual(sent - 3);
    expect(await recording.text('manifest.mpd')).toContain('type="static"');
    expect(await recording.text('index.m3u8').then(() => recording.text('video.m3u8'))).toContain('#EXT-X-ENDLIST');
    expect(await decodeErrors(server.url(`/api/record/object/${recording.entry.mpd_path}`))).toBe('');
  });
});
