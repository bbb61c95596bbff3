import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { TestServer } from '../support/server.js';

const PROJECT = resolve(__dirname, '../..');

/** Starts the program with what must stop it. @returns its exit code and everything it said */
function startWith(
  env: Record<string, string>,
  file?: string,
  argument = 'serve',
): { status: number | null; output: string } {
  const folder = mkdtempSync(join(tmpdir(), 'aircheck-config-'));
  if (file !== undefined) writeFileSync(join(folder, 'aircheck.toml'), file);
  const { status, stdout, stderr } = spawnSync(
    join(PROJECT, 'node_modules/.bin/node'),
    [join(PROJECT, 'dist/main.js'), argument],
    {
      cwd: folder,
      env: { PATH: process.env['PATH'], AIRCHECK_HTTP_LISTEN: '127.0.0.1:0', AIRCHECK_WEBRTC_UDP_PORT: '0', ...env },
      encoding: 'utf8',
      timeout: 20_000,
    },
  );
  rmSync(folder, { recursive: true, force: true });
  return { status, output: stdout + stderr };
}

describe('operations', () => {
  it.each(['--version', '--help', '-h'])('answers %s and ends, without a word of warning', (question) => {
    const { status, output } = startWith({}, undefined, question);

    expect(status).toBe(0);
    expect(output).toMatch(question === '--version' ? /^\d+\.\d+\.\d+\n$/ : /^Usage/i);
  });

  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ env: { AIRCHECK_HTTP_PUBLIC_URL: 'https://node-1.example' } });
  });

  afterAll(() => server[Symbol.asyncDispose]());

  it.each(['/livez', '/readyz', '/healthz'])('says at %s that it is well', async (path) => {
    expect((await fetch(server.url(path))).status).toBe(200);
  });

  it('tells the other nodes where it is reached', async () => {
    const nodes = await server.get<object[]>('/api/v1/nodes');

    expect(nodes).toMatchObject([{ url: 'https://node-1.example/' }]);
  });

  it('documents its HTTP interface', async () => {
    const document = await server.get<{ openapi: string; paths: Record<string, unknown> }>('/api-docs-json');

    expect(document.openapi).toMatch(/^3\./);
    for (const path of [
      '/whip/{stream}',
      '/session/{stream}/{session}',
      '/api/record/{stream}',
      '/api/playback/{stream}',
      '/livez',
    ]) {
      expect(Object.keys(document.paths)).toContain(path);
    }
    const page = await fetch(server.url('/api-docs'));
    expect(page.headers.get('content-type')).toContain('text/html');
  });

  it('gives the page at its root', async () => {
    const response = await fetch(server.url('/'));

    expect(response.headers.get('content-type')).toContain('text/html');
    expect(await response.text()).toContain('<title>Aircheck');
  });

  it('logs JSON, one object a line, when nobody watches', () => {
    const lines = server.log.split('\n').filter((line) => line.startsWith('{'));

    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(JSON.parse(line)).toHaveProperty('level');
  });

  it.each([
    [
      'a wrong number',
      { AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: 'six' },
      undefined,
      'recorder.segment_duration_seconds',
    ],
    [
      'a number out of range',
      { AIRCHECK_RECORDER_RECONNECT_WINDOW_SECONDS: '1801' },
      undefined,
      'recorder.reconnect_window_seconds',
    ],
    ['an unknown key in the file', {}, '[recorder]\nsegmnt = 3\n', 'recorder.segmnt'],
    ['an unknown time zone', { AIRCHECK_RECORDER_TIME_ZONE: 'Mars/Olympus' }, undefined, 'recorder.time_zone'],
    ['the whole network without any credential', { AIRCHECK_HTTP_LISTEN: '0.0.0.0:0' }, undefined, 'auth.mode'],
  ])('refuses to start with %s and names the key', (_what, env, file, key) => {
    const { status, output } = startWith(env, file);

    expect(status).not.toBe(0);
    expect(output).toContain(key);
  });
});
