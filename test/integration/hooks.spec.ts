import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/index.js';
import { configuredHooks } from '../../src/modules/hooks/configured-hooks.js';
import type { HookEvent } from '../../src/modules/hooks/hook-event.js';
import { HookRunner } from '../../src/modules/hooks/hook-runner.js';
import { until } from '../support/wait.js';

/** Programs in a folder of their own, which write down what they were run with. */
class Hooks implements AsyncDisposable {
  readonly warnings: string[] = [];
  readonly said: string[] = [];
  private runner: HookRunner | undefined;

  private constructor(private readonly folder: string) {}

  static async make(): Promise<Hooks> {
    return new Hooks(await mkdtemp(join(tmpdir(), 'aircheck-hooks-')));
  }

  async program(name: string, script: string): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    return path;
  }

  start(toml: string): HookRunner {
    const { config } = loadConfig({ env: {}, cwd: this.folder, configFile: toml });
    this.runner = new HookRunner((stream) => configuredHooks(config, stream), config.hooks.concurrency, {
      log: (message) => void this.said.push(message),
      warn: (message, cause) => void this.warnings.push(`${message} ${String(cause)}`),
      error: () => undefined,
    });
    return this.runner;
  }

  async config(toml: string): Promise<string> {
    await writeFile(join(this.folder, 'hooks.toml'), toml);
    return join(this.folder, 'hooks.toml');
  }

  async lines(name: string): Promise<string[]> {
    const text = await readFile(join(this.folder, name), 'utf8').catch(() => '');
    return text.split('\n').filter((line) => line !== '');
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.runner?.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

const created: HookEvent = { name: 'stream-created', stream: 'cam' };

describe('hooks', () => {
  it('run programs of the node, then those of the stream, with arguments and variables', async () => {
    await using hooks = await Hooks.make();
    const script = `echo "$(basename $0)|$*|$LIVE777_EVENT|$LIVE777_STREAM|$LIVE777_REASON|$LIVE777_SESSION" >> ${hooks.path('log')}`;
    const [all, own] = [await hooks.program('all', script), await hooks.program('own', script)];
    const file = await hooks.config(
      `[hooks]\non_publish_stopped = ["${all}"]\n[stream."$(touch x); cam".hooks]\non_publish_stopped = ["${own}"]\n`,
    );
    const runner = hooks.start(file);

    const stream = '$(touch x); cam';
    runner.add({ name: 'publish-stopped', stream, reason: 'peer-closed', session: 'abc' });
    await until(async () => (await hooks.lines('log')).length === 2, 'both have run');

    const rest = `publish-stopped ${stream} peer-closed|publish-stopped|${stream}|peer-closed|abc`;
    expect(await hooks.lines('log')).toEqual([`all|${rest}`, `own|${rest}`]);
  });

  it('know nothing of the settings of the server', async () => {
    process.env['AIRCHECK_OF_A_TEST'] = 'a-secret';
    await using hooks = await Hooks.make();
    const path = await hooks.program('env', `env > ${hooks.path('log')}`);
    hooks.start(await hooks.config(`[hooks]\non_stream_created = ["${path}"]\n`)).add(created);

    await until(async () => (await hooks.lines('log')).length > 0, 'it has run');
    Reflect.deleteProperty(process.env, 'AIRCHECK_OF_A_TEST');

    expect((await hooks.lines('log')).filter((line) => line.startsWith('AIRCHECK_'))).toEqual([]);
  });

  it.each([
    ['stop', []],
    ['continue', ['second']],
  ])('after one that fails: %s', async (onError, expected) => {
    await using hooks = await Hooks.make();
    const failing = await hooks.program('failing', 'echo broken >&2; exit 3');
    const second = await hooks.program('second', `echo second >> ${hooks.path('log')}`);
    const last = await hooks.program('last', `echo done >> ${hooks.path('end')}`);
    const file = await hooks.config(
      `[hooks]\non_error = "${onError}"\non_stream_created = ["${failing}", "${second}"]\non_stream_deleted = ["${last}"]\n`,
    );
    const runner = hooks.start(file);

    runner.add(created);
    runner.add({ name: 'stream-deleted', stream: 'cam', reason: 'orphaned' });
    await until(async () => (await hooks.lines('end')).length === 1, 'the next event was told');

    expect(await hooks.lines('log')).toEqual(expected);
    expect(hooks.warnings).toEqual([expect.stringContaining('It ended with 3: broken') as string]);
  });

  it('are killed when they take too long, with all that they have started, and keep no other stream waiting', async () => {
    await using hooks = await Hooks.make();
    const slow = await hooks.program('slow', `(sleep 2; echo late >> ${hooks.path('late')}) & wait`);
    const quick = await hooks.program('quick', `echo quick >> ${hooks.path('log')}`);
    const file = await hooks.config(
      `[stream.cam.hooks]\ntimeout_ms = 300\non_stream_created = ["${slow}"]\n[stream.b.hooks]\non_stream_created = ["${quick}"]\n`,
    );
    const runner = hooks.start(file);

    runner.add(created);
    runner.add({ name: 'stream-created', stream: 'b' });
    await until(async () => (await hooks.lines('log')).length === 1, 'the other one has run');
    await until(() => hooks.warnings.length === 1, 'the slow one was killed');
    await new Promise((resolve) => setTimeout(resolve, 2200));

    expect(hooks.warnings).toEqual([expect.stringContaining('It took over 300 ms') as string]);
    expect(await hooks.lines('late')).toEqual([]);
  });

  it('may print without end', async () => {
    await using hooks = await Hooks.make();
    const path = await hooks.program('loud', 'head -c 3000000 /dev/zero | tr "\\\\0" x');
    hooks.start(await hooks.config(`[hooks]\non_stream_created = ["${path}"]\n`)).add(created);

    await until(() => hooks.said.length === 1, 'it has ended');

    expect(hooks.said[0]?.length).toBeLessThan(5000);
  });

  it('that leave something behind are over with their program, and keep no descriptor', async () => {
    await using hooks = await Hooks.make();
    const path = await hooks.program('leaving', `echo said; (sleep 3; echo on >> ${hooks.path('log')}) &`);
    const before = readdirSync('/proc/self/fd').length;
    hooks.start(await hooks.config(`[hooks]\ntimeout_ms = 2000\non_stream_created = ["${path}"]\n`)).add(created);

    await until(() => hooks.said.length === 1, 'it is told of');
    await until(() => readdirSync('/proc/self/fd').length <= before, 'nothing of it is open', 1500);
    await until(async () => (await hooks.lines('log')).length === 1, 'what it left has gone on');

    expect(hooks.said).toEqual([expect.stringContaining('says: said') as string]);
    expect(hooks.warnings).toEqual([]);
  });

  it('that are not there are told of, and nothing else comes of it', async () => {
    await using hooks = await Hooks.make();
    hooks.start(await hooks.config(`[hooks]\non_stream_created = ["${hooks.path('nothing')}"]\n`)).add(created);

    await until(() => hooks.warnings.length === 1, 'it is told of');

    expect(hooks.warnings).toEqual([expect.stringContaining('ENOENT') as string]);
  });

  it('that cannot be started without a descriptor left are told of, and the next one runs', async () => {
    await using hooks = await Hooks.make();
    const path = await hooks.program('next', `echo run >> ${hooks.path('log')}`);
    const runner = hooks.start(await hooks.config(`[hooks]\non_stream_created = ["${path}"]\n`));

    withoutDescriptors(() => {
      runner.add(created);
    });
    await until(() => hooks.warnings.length === 1, 'it is told of');
    runner.add(created);
    await until(async () => (await hooks.lines('log')).length === 1, 'the next one has run');

    expect(hooks.warnings).toEqual([expect.stringContaining('EMFILE') as string]);
  });
});

/** Above the descriptors that are open: to raise the limit again a program must be started, which needs a dozen. */
const ROOM_FOR_A_PROGRAM = 64;

/** Does `work` while this process can open no file. */
function withoutDescriptors(work: () => void): void {
  const limit = (most: string): Buffer => execFileSync('prlimit', ['--pid', String(process.pid), `--nofile=${most}:`]);
  const [, before = ''] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  limit(String(Math.max(...readdirSync('/proc/self/fd').map(Number)) + ROOM_FOR_A_PROGRAM));
  const taken: number[] = [];
  try {
    expect(() => {
      for (;;) taken.push(openSync('/dev/null', 'r'));
    }).toThrow('EMFILE');
    work();
  } finally {
    for (const descriptor of taken) closeSync(descriptor);
    limit(before);
  }
}
