import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const PROJECT = resolve(__dirname, '../..');

/** Not even root can write below a file, or into the kernel's own folders. */
async function startWith(setting: string, value: string): Promise<{ status: number | null; lines: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'aircheck-e2e-'));
  await writeFile(join(folder, 'file'), 'not a folder');
  const env = {
    PATH: process.env['PATH'],
    AIRCHECK_HTTP_LISTEN: '127.0.0.1:0',
    AIRCHECK_WEBRTC_UDP_PORT: '0',
    [setting]: value,
  };
  const { status, stdout, stderr } = spawnSync(
    join(PROJECT, 'node_modules/.bin/node'),
    [join(PROJECT, 'dist/main.js'), 'serve'],
    { cwd: folder, env, encoding: 'utf8', timeout: 20_000 },
  );
  expect(await readFile(join(folder, 'file'), 'utf8')).toBe('not a folder');
  await rm(folder, { recursive: true });
  return { status, lines: (stdout + stderr).trim().split('\n') };
}

describe('data where nothing can be written', () => {
  it.each([
    ['AIRCHECK_RECORDER_STORAGE_ROOT', './file', 'recorder.storage.root'],
    ['AIRCHECK_RECORDER_STORAGE_ROOT', './file/recordings', 'recorder.storage.root'],
    ['AIRCHECK_RECORDER_STORAGE_ROOT', '/proc/nothing/recordings', 'recorder.storage.root'],
    ['AIRCHECK_RECORDER_STORAGE_ROOT', '/sys/recordings', 'recorder.storage.root'],
    ['AIRCHECK_DATABASE_URL', 'sqlite://./file/aircheck.db', 'database.url'],
    ['AIRCHECK_DATABASE_URL', 'sqlite:///proc/nothing/aircheck.db', 'database.url'],
  ])('stops the start with one sentence that names the setting (%s = %s)', async (setting, value, key) => {
    const { status, lines } = await startWith(setting, value);

    expect(status).toBe(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^Aircheck cannot start: .*\.$/);
    expect(lines[0]).toContain(`${key} is ${JSON.stringify(value)}`);
  });
});
