import { fuzzApi } from '../support/judges/schemathesis.js';
import { makeMedia } from '../support/media.js';
import { PostgresServer } from '../support/postgres-server.js';
import { Publisher } from '../support/publisher.js';
import { isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { describeWith, itWith } from '../support/tools.js';
import { until } from '../support/wait.js';

/** Calls of one kind for each route, of both databases together. */
const EXAMPLES = Number(process.env['AIRCHECK_FUZZ_EXAMPLES'] ?? '3');

/** A recording that is there is asked for by its name and its id, besides what the judge makes up. */
async function expectNoErrors(env: Readonly<Record<string, string>>, examples: number): Promise<void> {
  await using server = await TestServer.start({ env: { AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '2', ...env } });
  const media = await makeMedia({ seconds: 4, gopFrames: 30 });
  await using publisher = await Publisher.start('datachannel', { urls: [server.url('/whip/cam')], media, quiet: true });
  await publisher.ended();
  await until(() => isFinished(server, 'cam'), 'the recording is finished');
  const { sessions } = await server.get<{ sessions: readonly { id: string }[] }>('/api/v1/sessions?stream=cam');

  const known = { stream: 'cam', id: sessions[0]?.id ?? '' };
  const { report, isPassed, calls } = await fuzzApi(server, { known, examples });

  expect(isPassed ? '' : report).toBe('');
  expect(calls).toBeGreaterThan(150 * examples);
  expect(server.log).not.toMatch(/"level":[56]0/);
}

describe('no call of any route ends in an error of the server', () => {
  itWith('ffmpeg', 'schemathesis')('over SQLite', () => expectNoErrors({}, Math.max(1, EXAMPLES - 1)));

  describeWith(
    'ffmpeg',
    'schemathesis',
    'postgres',
  )('over PostgreSQL', () => {
    it('with fewer calls', async () => {
      await using postgres = await PostgresServer.start();
      await expectNoErrors({ DATABASE_URL: postgres.url(await postgres.createDatabase()) }, 1);
    });
  });
});
