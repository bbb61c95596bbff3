import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { environmentOf, wantedCombination } from './engine-combinations.js';
import { leakedInto, secretsIn } from './given-secrets.js';
import { onReadOnlyRoot } from './read-only-root.js';
import { pause, until } from './wait.js';

const PROJECT = resolve(__dirname, '../..');
const NODE = join(PROJECT, 'node_modules/.bin/node');
const START_LIMIT_MS = 30_000;

export interface ServerOptions {
  /** Settings beside the defaults of a test: loopback, free ports, a folder of its own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Runs the server on the first core only, to leave the others to senders and judges. */
  readonly onOneCore?: boolean;
  /** Lets the server write to its data folder and to nothing else; wants the right to mount. */
  readonly onReadOnlyRoot?: boolean;
}

/** How a command of the program ended, and what it wrote. */
export interface CommandEnd {
  readonly exitCode: number | null;
  readonly output: string;
  /** To standard error. */
  readonly complaint: string;
}

/** The built server as users start it: a child process with its own folder, database and ports. */
export class TestServer implements AsyncDisposable {
  private child: ChildProcess | undefined;
  private address = '';
  private readonly output: string[] = [];
  private readonly secrets = new Set<string>();

  private constructor(
    readonly folder: string,
    private readonly options: ServerOptions,
  ) {}

  static async start(options: ServerOptions = {}): Promise<TestServer> {
    const server = new TestServer(await mkdtemp(join(tmpdir(), 'aircheck-e2e-')), options);
    await server.start();
    return server;
  }

  get database(): string {
    return join(this.folder, 'data/aircheck.db');
  }

  /** Where the objects of recordings lie. */
  get recordings(): string {
    return join(this.folder, 'data/recordings');
  }

  get pid(): number {
    const pid = this.child?.pid;
    if (pid === undefined) throw new Error('The server does not run.');
    return pid;
  }

  /** Everything it has printed so far. */
  get log(): string {
    return this.output.join('\n');
  }

  /** Marks what the server gave or was given as a secret: at its end nothing of it may be in the log. */
  keepSecret(secret: string): string {
    this.secrets.add(secret);
    return secret;
  }

  url(path: string): string {
    return `${this.address}${path}`;
  }

  /** Starts it again on the same data, on a new port. @param env settings that it has this time beside its own */
  async start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    this.child = this.spawn(env);
    this.address = await this.readAddress(this.child);
    await until(async () => (await fetch(this.url('/readyz'))).status === 200, 'the server is ready');
  }

  /** Starts it on the same data and kills it before long, which may be before it is ready. */
  async startAndKill(afterMs: number): Promise<void> {
    this.child = this.spawn();
    await pause(afterMs);
    await this.kill();
  }

  /** Ends it the hard way, as a crash or the kernel would. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** @returns the exit code after SIGTERM */
  async terminate(): Promise<number | null> {
    return this.end('SIGTERM');
  }

  /** Runs a command of the program on the data of the server, with its settings. */
  command(...args: readonly string[]): Promise<CommandEnd> {
    return this.commandWithInput('', ...args);
  }

  /** The same with a standard input. */
  async commandWithInput(input: string, ...args: readonly string[]): Promise<CommandEnd> {
    const child = spawn(NODE, [join(PROJECT, 'dist/main.js'), ...args], {
      cwd: this.folder,
      env: this.environment(),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.end(input);
    const exit = once(child, 'exit') as Promise<[number | null]>;
    const [output, complaint] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const [exitCode] = await exit;
    return { exitCode, output, complaint };
  }

  async get<T = unknown>(path: string): Promise<T> {
    const response = await fetch(this.url(path));
    if (!response.ok) throw new Error(`GET ${path} → ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  async post<T = unknown>(path: string, body: unknown): Promise<T> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(this.url(path), { method: 'POST', headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`POST ${path} → ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** The bytes of an object of a recording, straight from the disk. */
  readObject(key: string): Promise<Buffer> {
    return readFile(join(this.recordings, key));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
    const telling = this.output.filter((line) => leakedInto(line, [...this.secrets]).length > 0);
    if (telling.length > 0) throw new Error(`Secrets are in the log:\n${telling.join('\n')}`);
  }

  private spawn(env: Readonly<Record<string, string>> = {}): ChildProcess {
    const command = [NODE, join(PROJECT, 'dist/main.js'), 'serve'];
    const [file = NODE, ...args] = this.within(command);
    const environment = { ...this.environment(), ...env };
    for (const secret of secretsIn(environment)) this.keepSecret(secret);
    return spawn(file, args, { cwd: this.folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  private within(command: readonly string[]): readonly string[] {
    if (this.options.onReadOnlyRoot === true) return onReadOnlyRoot(join(this.folder, 'data'), command);
    return this.options.onOneCore === true ? ['taskset', '-c', '0', ...command] : command;
  }

  private environment(): NodeJS.ProcessEnv {
    return {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      AIRCHECK_HTTP_LISTEN: '127.0.0.1:0',
      AIRCHECK_WEBRTC_UDP_PORT: '0',
      AIRCHECK_WEBRTC_LISTEN_ADDRESSES: '127.0.0.1',
      AIRCHECK_WEBRTC_ANNOUNCED_ADDRESSES: '127.0.0.1',
      // What a test records is small and goes away again.
      AIRCHECK_RECORDER_MIN_FREE_BYTES: '1048576',
      ...environmentOf(wantedCombination),
      ...this.options.env,
    };
  }

  private async readAddress(child: ChildProcess): Promise<string> {
    const exited = once(child, 'exit').then(() => {
      throw new Error(`The server ended before it listened:\n${this.log}`);
    });
    const limit = new Promise<never>((_, reject) => {
      setTimeout(() => {
        reject(new Error(`The server did not say where it listens:\n${this.log}`));
      }, START_LIMIT_MS).unref();
    });
    const address = new Promise<string>((found) => {
      for (const stream of [child.stdout, child.stderr]) {
        if (stream === null) continue;
        createInterface({ input: stream }).on('line', (line) => {
          this.output.push(line);
          const [match] = /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(line) ?? [];
          if (match !== undefined) found(match);
        });
      }
    });
    exited.catch(() => undefined);
    return Promise.race([address, exited, limit]);
  }

  private async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.child;
    this.child = undefined;
    if (child?.exitCode !== null) return child?.exitCode ?? null;
    const exit = once(child, 'exit') as Promise<[number | null]>;
    child.kill(signal);
    const [code] = await exit;
    return code;
  }
}
