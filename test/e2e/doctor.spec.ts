import { freePort } from '../support/listening.js';
import { PostgresServer } from '../support/postgres-server.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { until } from '../support/wait.js';

interface Report {
  readonly status: string;
  readonly findings: readonly { readonly check: string; readonly severity: string; readonly message: string }[];
}

describe('a server with a token, from the command line of its machine', () => {
  it('is examined beside itself, told to drain, and examined again when it has ended', async () => {
    const port = String(await freePort());
    await using server = await TestServer.start({
      env: {
        AIRCHECK_HTTP_LISTEN: `127.0.0.1:${port}`,
        // One of its own, at which doctor tries every way to receive.
        AIRCHECK_WEBRTC_UDP_PORT: String(await freePort()),
        AIRCHECK_AUTH_SECRET: 'a-secret-of-this-test-that-is-long-enough',
        AIRCHECK_ENGINE_WORKERS: '1',
      },
    });

    const beside = await server.command('doctor', '--json');
    const { findings, status } = JSON.parse(beside.output) as Report;
    expect(findings.filter(({ check }) => check === 'http-port')).toMatchObject([
      { severity: 'ok', message: expect.stringContaining('in use by the server that runs here') as string },
    ]);
    expect(findings).toContainEqual(
      expect.objectContaining({ check: 'udp-reachability', message: expect.stringContaining('media ports') as string }),
    );
    expect(status).not.toBe('problem');
    // No word of Node itself either, whose experiments it uses.
    expect(beside).toMatchObject({ exitCode: 0, complaint: '' });

    expect(await server.command('drain', '--wait', '5')).toMatchObject({
      exitCode: 0,
      output: 'The server takes no new publishers; 0 are left.\n',
      complaint: '',
    });
    expect(await server.command('drain', '--to', 'node-b')).toMatchObject({ exitCode: 2 });
    await until(async () => (await fetch(server.url('/readyz'))).status === 503, 'it is not ready');
    await server.terminate();

    expect(await server.command('drain')).toMatchObject({
      exitCode: 2,
      complaint: expect.stringMatching(
        /^The server of this configuration cannot be drained: connect ECONNREFUSED /,
      ) as string,
    });
    const after = await server.command('doctor');
    expect(after).toMatchObject({ exitCode: 0, complaint: '' });
    expect(after.output).toMatch(/^ok +http-port +TCP \d+ on 127\.0\.0\.1: free\.$/m);
    expect(await server.command('migrate')).toMatchObject({
      exitCode: 0,
      output: '0 migrations were run; the database is of this version.\n',
    });
    expect(await server.command('doctor', '--what')).toMatchObject({ exitCode: 2 });
  });

  it('takes migrations back for an older version, and runs them again', async () => {
    await using server = await TestServer.start({ env: { AIRCHECK_ENGINE_WORKERS: '1' } });
    for (const args of [[], ['--revert', '1']]) {
      expect(await server.command('migrate', ...args)).toMatchObject({
        exitCode: 1,
        complaint: expect.stringMatching(
          /^Nothing was migrated: .* which a server .*is using already; stop it first/,
        ) as string,
      });
    }
    await server.terminate();
    expect(await server.command('migrate', '--revert', '9999')).toMatchObject({
      exitCode: 1,
      complaint: expect.stringContaining('--revert 9999 is too many') as string,
    });

    const { exitCode, output, complaint } = await server.command('migrate', '--revert', '2');
    expect({ exitCode, complaint }).toEqual({ exitCode: 0, complaint: '' });
    const [last, , said] = output.split('\n');
    expect(said).toBe('2 migrations were taken back; the next start of this version runs them again.');
    expect((await server.command('doctor')).output).toContain('the next start runs 2 migrations.');
    const again = await server.command('migrate');
    expect(again.output.split('\n').slice(1)).toEqual([
      last,
      '2 migrations were run; the database is of this version.',
      '',
    ]);
    expect(await server.command('migrate', '--revert', 'all')).toMatchObject({ exitCode: 2 });
    for (const command of ['fsck', 'reindex']) {
      expect(await server.command(command, '--even-if-empty')).toMatchObject({ exitCode: 0, complaint: '' });
    }
  });

  itWith('postgres')('takes nothing back from a PostgreSQL that a server works with', async () => {
    await using postgres = await PostgresServer.start();
    const url = postgres.url(await postgres.createDatabase());
    await using server = await TestServer.start({ env: { AIRCHECK_ENGINE_WORKERS: '1', AIRCHECK_DATABASE_URL: url } });

    expect(await server.command('migrate', '--revert', '1')).toMatchObject({
      exitCode: 1,
      complaint: expect.stringContaining('a server is connected to it: stop all of them first') as string,
    });
    await server.terminate();
    expect(await server.command('migrate', '--revert', '1')).toMatchObject({ exitCode: 0, complaint: '' });
  });
});
