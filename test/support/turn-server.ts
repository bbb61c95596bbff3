import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './wait.js';

/** coturn on a port of its own, giving relays to whoever knows the secret. */
export class TurnServer implements AsyncDisposable {
  readonly secret = 'a-secret-of-tests';

  private constructor(
    readonly port: number,
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {}

  static async start(): Promise<TurnServer> {
    const folder = await mkdtemp(join(tmpdir(), 'aircheck-turn-'));
    const port = await freePort();
    const options = [
      ...['-n', '--listening-ip=127.0.0.1', '--relay-ip=127.0.0.1', `--listening-port=${String(port)}`],
      ...[
        '--use-auth-secret',
        '--static-auth-secret=a-secret-of-tests',
        '--realm=aircheck.test',
        '--allow-loopback-peers',
      ],
      ...['--no-tls', '--no-dtls', '--no-cli', '--log-file=stdout', '--verbose', `--userdb=${join(folder, 'users')}`],
      `--pidfile=${join(folder, 'pid')}`,
    ];
    const server = new TurnServer(port, spawn('turnserver', options, { stdio: 'ignore' }), folder);
    try {
      await until(() => isAnswered(port), 'coturn is ready', 20_000);
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  get url(): string {
    return `turn:127.0.0.1:${String(this.port)}?transport=udp`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.child, 'exit');
    if (this.child.kill()) await ended;
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A STUN binding request (RFC 8489 section 6) is answered by whoever is there. */
async function isAnswered(port: number): Promise<boolean> {
  const request = Buffer.concat([Buffer.from([0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42]), randomBytes(12)]);
  const socket = createSocket('udp4');
  try {
    socket.send(request, port, '127.0.0.1');
    await once(socket, 'message', { signal: AbortSignal.timeout(200) });
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  const closed = once(socket, 'close');
  socket.close();
  await closed;
  return port;
}
