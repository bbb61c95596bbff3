import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { CloudflareTurn } from '../../src/modules/ice/cloudflare-turn.js';

const KEY = { keyId: 'key 1', apiToken: 'a-secret-token', ttlSeconds: 3600 };
const HALF_LIFE_MS = 1_800_000;

interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** Says what it was asked, and answers as it is told. */
class Cloudflare implements AsyncDisposable {
  readonly asked: Asked[] = [];
  answer: (response: ServerResponse) => void = (response) => {
    const servers = [
      { urls: ['stun:stun.cloudflare.com:3478'] },
      {
        urls: ['turn:turn.cloudflare.com:3478?transport=udp'],
        username: `u${String(this.asked.length)}`,
        credential: 'c',
      },
    ];
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ iceServers: servers }));
  };

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Cloudflare> {
    const server = createServer((request, response) => void stage.take(request, response));
    const stage = new Cloudflare(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return stage;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url, headers } = request;
    this.asked.push({ method, url, authorization: headers.authorization, body: await text(request) });
    this.answer(response);
  }
}

describe("Cloudflare's TURN credentials", () => {
  let cloudflare: Cloudflare;
  let turn: CloudflareTurn;
  let warnings: string[];
  let nowMs: number;

  beforeEach(async () => {
    cloudflare = await Cloudflare.start();
    warnings = [];
    nowMs = 1_000_000;
    turn = new CloudflareTurn(
      KEY,
      (message) => warnings.push(message),
      cloudflare.endpoint,
      () => nowMs,
    );
  });

  afterEach(() => cloudflare[Symbol.asyncDispose]());

  const usernames = async (): Promise<string[]> => (await turn.servers(5000)).map(({ username }) => username);

  it('are asked for once by many sessions, and again when half of their life is over', async () => {
    expect(await Promise.all(Array.from({ length: 20 }, () => usernames()))).toEqual(
      Array.from({ length: 20 }, () => ['', 'u1']),
    );
    expect(cloudflare.asked).toEqual([
      {
        method: 'POST',
        url: '/v1/turn/keys/key%201/credentials/generate-ice-servers',
        authorization: 'Bearer a-secret-token',
        body: '{"ttl":3600}',
      },
    ]);
    nowMs += HALF_LIFE_MS - 1;
    expect(await usernames()).toEqual(['', 'u1']);
    nowMs += 1;
    expect(await usernames()).toEqual(['', 'u2']);
    expect(warnings).toEqual([]);
  });

  it('are those of before while it fails, as long as they are good, and nobody hurries it', async () => {
    await usernames();
    cloudflare.answer = (response) => response.writeHead(500).end('a-secret-token');
    nowMs += HALF_LIFE_MS;

    expect(await usernames()).toEqual(['', 'u1']);
    expect(await usernames()).toEqual(['', 'u1']);
    expect(cloudflare.asked).toHaveLength(2);
    expect(warnings).toEqual(['Cloudflare gave no TURN credentials: it answered 500. Clients get the other servers.']);
    nowMs += HALF_LIFE_MS;
    expect(await usernames()).toEqual([]);
    expect(cloudflare.asked).toHaveLength(3);
  });

  it.each<[string, (response: ServerResponse) => void, string]>([
    ['nonsense', (response) => response.writeHead(201).end('{'), 'its answer is not understood'],
    [
      'other JSON',
      (response) => response.writeHead(201).end('{"iceServers":[{"urls":["http://x"]}]}'),
      'its answer is not understood',
    ],
    [
      'more than anybody needs',
      (response) => response.writeHead(201).end(`{"iceServers":[]${' '.repeat(70_000)}}`),
      'it sent more than 64 KiB',
    ],
    ['a way elsewhere', (response) => response.writeHead(302, { location: '/' }).end(), 'it cannot be reached'],
    ['nothing', (response) => response.destroy(), 'it cannot be reached'],
  ])('are none after %s', async (_what, answer, reason) => {
    cloudflare.answer = answer;

    expect(await usernames()).toEqual([]);
    expect(warnings).toEqual([`Cloudflare gave no TURN credentials: ${reason}. Clients get the other servers.`]);
  });

  it('do not keep a publisher waiting', async () => {
    const usual = cloudflare.answer;
    const asked = new Promise<ServerResponse>((resolve) => {
      cloudflare.answer = resolve;
    });

    expect(await turn.servers(10)).toEqual([]);
    usual(await asked);
    expect(await usernames()).toEqual(['', 'u1']);
  });
});
