import { DatabaseSync } from 'node:sqlite';
import { PostgresServer } from '../support/postgres-server.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';

const OF_LATER_VERSION =
  /the database that database\.url names is of a later version: this one does not know OfTheFuture\. .*--revert 1 /;
const BEAT_MS = 300;

it('a server on tables of a later version says so and ends, and so does every command that would use them', async () => {
  await using server = await TestServer.start({ env: { AIRCHECK_ENGINE_WORKERS: '1' } });
  await server.terminate();
  const database = new DatabaseSync(server.database);
  database.exec(`INSERT INTO "migrations" ("timestamp", "name") VALUES (2000000000000, 'OfTheFuture')`);
  database.close();

  await expect(server.start()).rejects.toThrow(OF_LATER_VERSION);
  expect(server.log).toContain('Aircheck cannot start: ');
  for (const [exitCode, ...args] of [
    [1, 'migrate'],
    [1, 'account', 'list'],
    [2, 'fsck'],
    [2, 'reindex', '--force'],
  ] as const) {
    const complaint = expect.stringMatching(OF_LATER_VERSION) as string;
    expect({ args, ...(await server.command(...args)) }).toMatchObject({ args, exitCode, output: '', complaint });
  }
});

itWith('postgres')(
  'a server and `migrate` leave a PostgreSQL alone that nodes of the version before work with',
  async () => {
    await using postgres = await PostgresServer.start();
    const url = postgres.url(await postgres.createDatabase());
    await using server = await TestServer.start({ env: { AIRCHECK_ENGINE_WORKERS: '1', AIRCHECK_DATABASE_URL: url } });
    await server.terminate();
    await server.command('migrate', '--revert', '1');
    let beats: Promise<unknown> = Promise.resolve();
    const touch = (): unknown => postgres.query('UPDATE "nodes" SET "last_seen_at" = clock_timestamp()', url);
    const timer = setInterval(() => {
      beats = beats.then(touch);
    }, BEAT_MS);
    try {
      const sentence = /nodes of the version before cannot go on beside \w+, and \S+ runs: stop all of them first/;
      const complaint = expect.stringMatching(sentence) as string;
      expect(await server.command('migrate')).toMatchObject({ exitCode: 3, output: '', complaint });
      await expect(server.start()).rejects.toThrow(sentence);
    } finally {
      clearInterval(timer);
      await beats;
    }
    expect(await server.command('migrate')).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('1 migrations were run') as string,
    });
  },
);
