import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import express from 'express';
import { answerBrokenRequests, requireHost } from './broken-requests.js';
import { listen } from './listen.js';

interface Answer {
  readonly status: number;
  readonly headers: string;
  readonly body: string;
}

describe('a request that is no HTTP, or never ends', () => {
  let server: Server;
  let port: number;

  beforeAll(async () => {
    const application = express()
      .use(requireHost)
      .get('/', (_request, response) => {
        response.send('hello');
      })
      .get('/slow', (_request, response) => {
        response.write('begun,');
        setTimeout(() => response.end('ended'), 600);
      })
      .post('/', (request, response) => {
        request.resume().once('end', () => response.end());
      })
      .post('/early', (_request, response) => {
        response.write('begun,');
      });
    server = createServer(application);
    answerBrokenRequests(server, { requestMs: 200, checkMs: 50 });
    ({ port } = await listen(server, { address: '127.0.0.1', port: 0 }));
  });

  afterAll(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });

  function open(host = '127.0.0.1'): Socket {
    return connect({ port, host }).on('error', () => undefined);
  }

  async function send(bytes: string, host?: string): Promise<Answer> {
    const socket = open(host);
    let text = '';
    socket.setEncoding('latin1').on('data', (part: string) => (text += part));
    socket.write(bytes);
    await new Promise((resolve) => socket.once('close', resolve));
    const [headers = '', body = ''] = text.split('\r\n\r\n', 2);
    return { status: Number(headers.split(' ', 2)[1]), headers, body };
  }

  it.each([
    ['an unknown method', 'FETCH / HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'request-malformed'],
    ['a line that is no request', 'hello\r\n\r\n', 400, 'request-malformed'],
    ['another protocol', '\x16\x03\x01\x02\x00\x01\x00', 400, 'request-malformed'],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n', 400, 'request-malformed'],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      400,
      'request-malformed',
    ],
    [
      'a bad chunk',
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n',
      400,
      'request-malformed',
    ],
    ['a path that is too long', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 414, 'uri-too-long'],
    [
      'headers that are too long',
      `GET / HTTP/1.1\r\nHost: a\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers-too-large',
    ],
    ['a header that does not end', 'GET / HTTP/1.1\r\nHost: a\r\n', 408, 'request-timeout'],
    ['a body that does not end', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab', 408, 'request-timeout'],
  ])('is answered by a problem: %s', async (_what, bytes, status, code) => {
    const answer = await send(bytes);

    expect(answer.status).toBe(status);
    expect(answer.headers).toContain('application/problem+json');
    expect(answer.headers).toMatch(/^connection: close/im);
    expect(JSON.parse(answer.body)).toMatchObject({ status, code, type: `urn:aircheck:problem:${code}` });
  });

  it('is cut off on the second address of this machine, too', async () => {
    const addresses = await send('GET / HTTP/1.1\r\nHost: a\r\n', '::1');

    // NaN: this machine has no IPv6.
    expect([408, NaN]).toContain(addresses.status);
  });

  it('leaves an answer alone that takes longer than a request may', async () => {
    const answer = await fetch(`http://127.0.0.1:${String(port)}/slow`);

    expect(await answer.text()).toBe('begun,ended');
  });

  it('adds nothing to an answer that has begun', async () => {
    const answer = await send('POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab');

    expect(answer.status).toBe(200);
    expect(answer.body).toContain('begun,');
    expect(answer.body).not.toContain('HTTP/1.1');
    expect(answer.body).not.toContain('request-timeout');
  });

  it('survives a client that is gone', async () => {
    const socket = open();
    await once(socket, 'connect');
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab');
    socket.resetAndDestroy();
    server.emit('clientError', new Error('broken'), socket);
    await wait(50);

    expect((await fetch(`http://127.0.0.1:${String(port)}/`)).status).toBe(200);
  });
});
