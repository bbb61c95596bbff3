import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import { freePort } from './listening.js';
import { until } from './wait.js';

const START_LIMIT_MS = 30_000;

/** Which variable names which of live777's programs. */
export type Live777Program = 'LIVE777' | 'LIVEMAN';

/** A table of a TOML file; what is undefined is left out. */
export type Toml = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** A section, or one for each of several: `[[nodes]]`. */
export type TomlSections = Readonly<Record<string, Toml | readonly Toml[]>>;

/** A program of live777's own makers on this machine's loopback, with a folder and a port of its own. */
export class Live777 implements AsyncDisposable {
  private readonly output: string[] = [];

  private constructor(
    readonly folder: string,
    readonly url: string,
    private readonly child: ChildProcess,
  ) {
    for (const stream of [child.stdout, child.stderr])
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.output.push(line));
  }

  /** @returns once it listens */
  static async start(program: Live777Program, sections: TomlSections): Promise<Live777> {
    const folder = await mkdtemp(join(tmpdir(), 'aircheck-live777-'));
    const port = await freePort();
    const config = join(folder, 'config.toml');
    await writeFile(config, toml({ http: { listen: `127.0.0.1:${port}`, cors: true }, ...sections }));
    const child = spawn(process.env[program] ?? '', ['--config', config], {
      cwd: folder,
      env: { PATH: process.env['PATH'] },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const started = new Live777(folder, `http://127.0.0.1:${port}`, child);
    await until(() => started.listens(), `${program} listens`, START_LIMIT_MS).catch(async (cause: unknown) => {
      await started[Symbol.asyncDispose]();
      throw new Error(`${program} did not start:\n${started.log}`, { cause });
    });
    return started;
  }

  /** Everything it has printed so far, without colours. */
  get log(): string {
    return stripVTControlCharacters(this.output.join('\n'));
  }

  /** @throws {Error} when the status is none of success */
  async get<T>(path: string, token?: string): Promise<T> {
    return (await this.ask('GET', path, token)).json() as Promise<T>;
  }

  async ask(method: string, path: string, token?: string): Promise<Response> {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(this.url + path, { method, headers });
    if (!response.ok) throw new Error(`${method} ${path} → ${response.status} ${await response.text()}\n${this.log}`);
    return response;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exit = once(this.child, 'exit');
      this.child.kill('SIGKILL');
      await exit;
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  private async listens(): Promise<boolean> {
    await fetch(this.url);
    return true;
  }
}

function toml(sections: TomlSections): string {
  return Object.entries(sections)
    .flatMap(([name, tables]) =>
      Array.isArray(tables)
        ? tables.map((table: Toml) => `[[${name}]]\n${lines(table)}`)
        : [`[${name}]\n${lines(tables as Toml)}`],
    )
    .join('\n');
}

function lines(table: Toml): string {
  return Object.entries(table)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`)
    .join('');
}
