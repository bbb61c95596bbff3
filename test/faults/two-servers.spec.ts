import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { TestServer } from '../support/server.js';

const PROJECT = resolve(__dirname, '../..');

/** A second server that somebody starts beside `server`, and that must end by itself. */
function startBeside(server: TestServer, env: Record<string, string>): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(
    join(PROJECT, 'node_modules/.bin/node'),
    [join(PROJECT, 'dist/main.js'), 'serve'],
    {
      cwd: server.folder,
      env: { PATH: process.env['PATH'], AIRCHECK_HTTP_LISTEN: '127.0.0.1:0', AIRCHECK_WEBRTC_UDP_PORT: '0', ...env },
      encoding: 'utf8',
      timeout: 20_000,
    },
  );
  return { status, output: (stdout + stderr).trim() };
}

describe('a second server', () => {
  it.each([
    ['folder', {}, 'recorder.storage.root is "./data/recordings"', 'it must be a folder'],
    [
      'database',
      { AIRCHECK_RECORDER_STORAGE_ROOT: './elsewhere' },
      'database.url is "sqlite://./data/aircheck.db"',
      'it must be a database',
    ],
  ])('on the same %s ends with one sentence and leaves the first one alone', async (_what, env, place, remedy) => {
    await using server = await TestServer.start();

    const { status, output } = startBeside(server, env);

    expect(status).toBe(1);
    const who = output.replace(` (process ${String(server.pid)})`, '');
    expect(who).toContain(`Aircheck cannot start: ${place}, which a server is using already; ${remedy}`);
    expect(output.split('\n')).toHaveLength(1);
    expect((await fetch(server.url('/readyz'))).status).toBe(200);
  });

  it('may follow at once on one that was killed', async () => {
    await using server = await TestServer.start();
    await server.kill();

    await server.start();

    expect((await fetch(server.url('/readyz'))).status).toBe(200);
  });
});
