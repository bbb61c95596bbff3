import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLOUDS, readPages, shellBlocks } from '../support/docs/pages.js';
import { makeStandIn, type StandIn } from '../support/docs/stand-in-commands.js';
import { makeMedia } from '../support/media.js';
import { Publisher } from '../support/publisher.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { pause } from '../support/wait.js';

const TOKEN = 'a-token-of-the-documentation';
const SECRET = 'a-secret-of-the-documentation-32-bytes';
const LIMIT_MS = 240_000;
/** Of all blocks. */
const RUN_LIMIT_MS = 900_000;
/** Enough for the longest clip that is asked for, in committed segments. */
const RECORDED_MS = 5000;
/** What a test cannot carry out as it stands, or not in the time: who stands in is told with the figures. */
const STAND_INS = ['docker', 'ffmpeg', 'gst-launch-1.0', 'node', 'npm', 'systemctl', 'useradd'];
/** A block with this asks a server that wants to know who may. */
const GUARDED = '$TOKEN';

interface Session {
  readonly id: string;
  readonly startedAt: string;
}

const headers = { authorization: `Bearer ${TOKEN}` };

async function firstSession(server: TestServer, stream: string): Promise<Session> {
  const url = server.url(`/api/v1/sessions?stream=${stream}`);
  const { sessions } = (await (await fetch(url, { headers })).json()) as { readonly sessions: readonly Session[] };
  const [session] = sessions;
  if (session === undefined) throw new Error(`Nothing of ${stream} is recorded.`);
  return session;
}

/** The addresses, instants and ids of a test where a page has those of an example. */
function inTest(script: string, server: TestServer, other: TestServer, { id, startedAt }: Session): string {
  const at = (ms: number): string => new Date(Date.parse(startedAt) + ms).toISOString();
  return script
    .replaceAll(/(http:\/\/)?(127\.0\.0\.1|localhost):7777/g, server.url(''))
    .replaceAll('2026-11-20T12:00:00Z', at(0))
    .replaceAll('2026-11-20T12:00:30Z', at(2000))
    .replaceAll('2026-11-20T00:00:00Z', at(0))
    .replaceAll('2026-11-21T00:00:00Z', at(2000))
    .replaceAll('"session":"…"', `"session":"${id}"`)
    .replaceAll('"password":"…"', '"password":"a password of the documentation"')
    .replaceAll(/https:\/\/(studio|edge)\.example\.org/g, other.url(''))
    .replaceAll('Bearer abc', `Bearer ${TOKEN}`);
}

function run(
  script: string,
  { tree: cwd, commands, root }: StandIn,
): Promise<{ readonly code: number; readonly said: string }> {
  const env = {
    PATH: `${commands}:${process.env['PATH'] ?? ''}`,
    HOME: cwd,
    TOKEN,
    SECRET,
    PASSWORD: 'a password of the documentation',
    AIRCHECK_AUTH_SECRET: SECRET,
  };
  return new Promise((resolve) => {
    execFile(
      'bash',
      ['--norc', '-euo', 'pipefail', '-c', script.replaceAll(/(?<=\s)\/(?=(?:opt|etc)\/)/g, `${root}/`)],
      { cwd, env, timeout: LIMIT_MS },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), said: stdout + stderr });
      },
    );
  });
}

itWith(
  'ffmpeg',
  'coturn',
  'gst-launch',
  'systemd',
)(
  'every shell block of README and docs works, or names the cloud that it needs',
  async () => {
    const blocks = readPages().flatMap(shellBlocks);
    const ofClouds = blocks.filter(({ needs }) => needs !== undefined);
    expect(ofClouds.filter(({ needs = '' }) => !CLOUDS.includes(needs))).toEqual([]);
    const folder = await mkdtemp(join(tmpdir(), 'aircheck-docs-'));
    const standIn = makeStandIn(folder);
    const env = {
      AIRCHECK_RECORDER_SEGMENT_DURATION_SECONDS: '1',
      AIRCHECK_CASCADE_ALLOWED_NETWORKS: '127.0.0.1',
    };
    await using open = await TestServer.start({ env });
    await using guarded = await TestServer.start({
      env: { ...env, AIRCHECK_AUTH_TOKENS: TOKEN, AIRCHECK_AUTH_SECRET: SECRET },
    });
    const media = await makeMedia({ seconds: 30, gopFrames: 30 });
    const publish = (server: TestServer, stream: string): Promise<Publisher> =>
      Publisher.start('datachannel', { urls: [server.url(`/whip/${stream}`)], media, loops: 20, token: TOKEN });
    await using _cam = await publish(open, 'cam');
    await using _own = await publish(open, 'my-stream');
    await using _guarded = await publish(guarded, 'cam');
    await pause(RECORDED_MS);
    const of = new Map([
      [open, await firstSession(open, 'my-stream')],
      [guarded, await firstSession(guarded, 'cam')],
    ]);

    const failures: string[] = [];
    /** By the commands of each block, with how many blocks. */
    const stoodIn = new Map<string, number>();
    let withStandIn = 0;
    const local = blocks.filter(({ needs }) => needs === undefined);
    const live = local.filter(({ script }) => /\/api\/(record|cascade)\//.test(script));
    for (const { place, script } of new Set([...live, ...local])) {
      const server = script.includes(GUARDED) ? guarded : open;
      const session = of.get(server);
      if (session === undefined) throw new Error('There is no such server.');
      const { code, said } = await run(inTest(script, server, guarded, session), standIn);
      const names = standIn.stoodIn();
      if (names.length > 0) withStandIn += 1;
      for (const name of names) stoodIn.set(name, (stoodIn.get(name) ?? 0) + 1);
      if (code !== 0) failures.push(`${place}: exit code ${String(code)}\n${said}`);
    }
    await rm(folder, { recursive: true });
    const counts = [...stoodIn].sort().map(([name, count]) => `${name} in ${count}`);
    process.stdout.write(
      `${local.length} shell blocks were run, ${withStandIn} of them with a stand-in (${counts.join(', ')}), ${ofClouds.length} need a cloud.\n`,
    );

    expect(failures).toEqual([]);
    expect([...stoodIn.keys()].sort()).toEqual(STAND_INS);
    expect(stoodIn.get('docker')).toBe(local.filter(({ script }) => /^docker /m.test(script)).length);
  },
  RUN_LIMIT_MS,
);
