import { once } from 'node:events';
import { WebSocket } from 'ws';
import { AuthModule } from '../../src/modules/auth/auth.module.js';
import { streamToken } from '../../src/modules/auth/testing/json-web-token.js';
import { GraphqlModule } from '../../src/modules/graphql/graphql.module.js';
import { startIndex, type IndexFixture } from './support/index-fixture.js';

const SECRET = 'a-secret-of-tests-with-32-bytes!';

describe('WebSockets of GraphQL', () => {
  let fixture: IndexFixture;
  let url: string;
  let sockets: WebSocket[];

  beforeAll(async () => {
    const env = {
      AIRCHECK_AUTH_SECRET: SECRET,
      AIRCHECK_GRAPHQL_MAX_CONNECTIONS: '12',
      AIRCHECK_GRAPHQL_MAX_CONNECTIONS_PER_ADDRESS: '4',
      AIRCHECK_GRAPHQL_MAX_CONNECTIONS_PER_TOKEN: '2',
    };
    fixture = await startIndex(env, {}, [AuthModule, GraphqlModule]);
    url = (await fixture.app.getUrl()).replace('http', 'ws') + '/graphql';
  });

  beforeEach(() => {
    sockets = [];
  });

  afterEach(async () => {
    await Promise.all(sockets.map(closed));
  });

  afterAll(() => fixture[Symbol.asyncDispose]());

  async function closed(socket: WebSocket): Promise<void> {
    if (socket.readyState === WebSocket.CLOSED) return;
    socket.terminate();
    await once(socket, 'close');
  }

  /** @returns 101 for one that is open, or the status of the refusal */
  async function open(
    token?: string,
    localAddress = '127.0.0.1',
  ): Promise<{
    readonly socket: WebSocket;
    readonly status: number;
    readonly body: string;
    readonly retryAfter?: string | undefined;
  }> {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const socket = new WebSocket(url, 'graphql-transport-ws', { headers, localAddress });
    return new Promise((resolve) => {
      socket.on('error', () => undefined);
      socket.once('open', () => {
        sockets.push(socket);
        resolve({ socket, status: 101, body: '' });
      });
      socket.once('unexpected-response', (_request, response) => {
        let body = '';
        response.on('data', (part: Buffer) => (body += part.toString()));
        response.on('end', () => {
          const retryAfter = response.headers['retry-after'];
          resolve({ socket, status: response.statusCode ?? 0, body, retryAfter });
        });
      });
    });
  }

  /** The server hears of a connection's end a moment after the client. */
  async function openSoon(token?: string, localAddress?: string): Promise<WebSocket> {
    for (;;) {
      const { socket, status } = await open(token, localAddress);
      if (status === 101) return socket;
      expect([429, 503]).toContain(status);
    }
  }

  /** @returns `connection_ack`, or the code and the reason of the end */
  async function greet(token: string): Promise<{ readonly socket: WebSocket; readonly answer: unknown }> {
    const socket = await openSoon();
    const answer = new Promise((resolve) => {
      socket.once('message', (message: Buffer) => {
        resolve((JSON.parse(message.toString()) as { type: unknown }).type);
      });
      socket.once('close', (code: number, reason: Buffer) => {
        resolve([code, reason.toString()]);
      });
    });
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
    return { socket, answer: await answer };
  }

  it('are as many from one address as may be, and the next is told so', async () => {
    const tokens = ['a', 'b', 'c', 'd'].map((jti) => streamToken(SECRET, { id: '*', mode: 4, jti }));
    const answers = await Promise.all(tokens.map(greet));
    const more = await open();

    expect(answers.map(({ answer }) => answer)).toEqual(Array(4).fill('connection_ack'));
    expect(more.status).toBe(429);
    expect(JSON.parse(more.body)).toMatchObject({ code: 'too-many-connections', limit: 4 });
    expect(more.retryAfter).toMatch(/^[1-4]$/);

    await Promise.all(sockets.map(closed));
    await expect(openSoon()).resolves.toBeDefined();
  });

  it('are as many of one token as may be, and those of another token are its own', async () => {
    const token = streamToken(SECRET, { id: '*', mode: 4, jti: 'one' });
    const [first, second] = [await greet(token), await greet(token)];

    const third = await greet(token);
    const other = await greet(streamToken(SECRET, { id: '*', mode: 4, jti: 'other' }));

    expect([first.answer, second.answer, other.answer]).toEqual(['connection_ack', 'connection_ack', 'connection_ack']);
    expect(third.answer).toEqual([4429, 'too-many-connections']);
  });

  it('without a token take no place of those that show one in the handshake', async () => {
    for (const host of [2, 3, 4]) {
      for (let n = 0; n < 4; n += 1) await openSoon(undefined, `127.0.0.${String(host)}`);
    }
    for (let n = 0; n < 12; n += 1) {
      const token = streamToken(SECRET, { id: '*', mode: 4, jti: `known ${String(n)}` });
      await openSoon(token, `127.0.0.${String(5 + (n % 3))}`);
    }
    const more = await open(streamToken(SECRET, { id: '*', mode: 4, jti: 'more' }), '127.0.0.8');

    expect(more.status).toBe(503);
    expect(JSON.parse(more.body)).toMatchObject({ code: 'connections-full' });
    expect(more.retryAfter).toMatch(/^[1-4]$/);
  });
});
