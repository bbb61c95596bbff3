import { fuzzApi } from '../support/judges/schemathesis.js';
import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { until } from '../support/wait.js';

const EXAMPLES = Number(process.env['AIRCHECK_FUZZ_EXAMPLES'] ?? '3');

itWith('ffmpeg', 'schemathesis')('no call of any route ends in an error of the server', async () => {
  await using server = await TestServer.start({ env: { AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '2' } });
  const media = await makeMedia({ seconds: 4, gopFrames: 30 });
  await using publisher = await Publisher.start('datachannel', { urls: [server.url('/whip/cam')], media, quiet: true });
  await publisher.ended();
  await until(() => isFinished(server, 'cam'), 'the recording is finished');
  const { sessions } = await server.get<{ sessions: readonly { id: string }[] }>('/api/v1/sessions?stream=cam');

  const known = { stream: 'cam', id: sessions[0]?.id ?? '' };
  const { report, isPassed, calls } = await fuzzApi(server, { known, examples: EXAMPLES });

  expect(isPassed ? '' : report).toBe('');
  expect(calls).toBeGreaterThan(500);
  expect(server.log).not.toMatch(/"level":[56]0/);
});
