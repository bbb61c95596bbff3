import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { DataSource } from 'typeorm';
import { freePort } from './listening.js';

const DEBIAN = '/usr/lib/postgresql';
const START_LIMIT_MS = 30_000;
const run = promisify(execFile);

/** PostgreSQL refuses to run as root: then it runs as the user that its package made. */
const runAs = process.getuid?.() === 0 ? postgresUser() : undefined;

/** A PostgreSQL server with a folder and a port of its own. What it has is lost with the machine: it does not sync. */
export class PostgresServer implements AsyncDisposable {
  private child: ChildProcess | undefined;
  private databases = 0;

  private constructor(
    private readonly folder: string,
    private readonly port: number,
  ) {}

  static async start(): Promise<PostgresServer> {
    const folder = await mkdtemp(join(tmpdir(), 'aircheck-pg-'));
    if (runAs !== undefined) await chown(folder, runAs.uid, runAs.gid);
    const options = ['--username=aircheck', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'];
    await run(program('initdb'), [`--pgdata=${join(folder, 'data')}`, ...options], { ...runAs, cwd: folder });
    const server = new PostgresServer(folder, await freePort());
    await server.start();
    return server;
  }

  /** Starts it again on the same data and port. */
  async start(): Promise<void> {
    const { folder, port } = this;
    const settings = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'listen_addresses=127.0.0.1'];
    const args = [
      '-D',
      join(folder, 'data'),
      '-p',
      String(port),
      '-k',
      folder,
      ...settings.flatMap((one) => ['-c', one]),
    ];
    const child = spawn(program('postgres'), args, { ...runAs, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    this.child = child;
    const said: string[] = [];
    await new Promise<void>((ready, fail) => {
      const giveUp = (): void => fail(new Error(`PostgreSQL does not start:\n${said.join('\n')}`));
      setTimeout(giveUp, START_LIMIT_MS).unref();
      child.once('exit', giveUp);
      createInterface({ input: child.stderr }).on('line', (line) => {
        said.push(line);
        if (line.includes('ready to accept connections')) ready();
      });
    });
  }

  /** Ends it; its clients see their connections end. @param signal SIGINT rolls back what runs, SIGQUIT is a crash */
  async stop(signal: 'SIGINT' | 'SIGQUIT' = 'SIGINT'): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (child?.exitCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }

  /**
   * @param template name of a database that it starts as, to which nobody is connected
   * @returns name of a new database
   */
  async createDatabase(template = 'template0'): Promise<string> {
    const name = `aircheck_${String((this.databases += 1))}`;
    await this.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
    return name;
  }

  /** Runs a statement in the database that is always there, or in another one. */
  async query<T = unknown>(statement: string, url = this.url('postgres')): Promise<T> {
    const connection = await new DataSource({ type: 'postgres', url }).initialize();
    try {
      return await connection.query<T>(statement);
    } finally {
      await connection.destroy();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('SIGQUIT');
    await rm(this.folder, { recursive: true, force: true });
  }

  url(database: string): string {
    return `postgres://aircheck@127.0.0.1:${String(this.port)}/${database}`;
  }
}

/** The newest of those that Debian's packages bring, else the one on the path. */
function program(name: string): string {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).map(Number) : [];
  const paths = versions.sort((one, other) => other - one).map((version) => join(DEBIAN, String(version), 'bin', name));
  return paths.find((path) => existsSync(path)) ?? name;
}

function postgresUser(): { readonly uid: number; readonly gid: number } | undefined {
  try {
    const number = (option: string): number => Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }));
    return { uid: number('-u'), gid: number('-g') };
  } catch {
    return undefined;
  }
}
