import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { compressText } from '../../src/platform/http/compress.js';

const BODY = 'x'.repeat(5000);

interface Answer {
  readonly response: Response;
  readonly body: string;
}

async function answer(type: string, coding: string, lengthIsTold = true): Promise<Response> {
  const { response, body } = await answerOf({ 'accept-encoding': coding }, (_, given) => {
    given.setHeader('Content-Type', type).setHeader('ETag', '"1"');
    if (lengthIsTold) given.setHeader('Content-Length', BODY.length);
    given.end(BODY);
  });
  expect(body).toBe(BODY);
  return response;
}

async function answerOf(headers: HeadersInit, handler: express.RequestHandler): Promise<Answer> {
  const app = express();
  app.use(compressText);
  app.get('/', handler);
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/`, { headers });
    return { response, body: await response.text() };
  } finally {
    server.close();
  }
}

it.each([
  ['application/dash+xml', 'br'],
  ['application/dash+xml', 'gzip'],
  ['application/vnd.apple.mpegurl', 'br'],
])('%s goes as %s, under a weak tag', async (type, coding) => {
  const { headers } = await answer(type, coding);

  expect([headers.get('content-encoding'), headers.get('etag')]).toEqual([coding, 'W/"1"']);
});

it.each([
  ['application/dash+xml', 'identity'],
  ['video/mp4', 'gzip'],
  ['text/event-stream', 'gzip'],
])('%s for who accepts %s goes as it is', async (type, coding) => {
  const { headers } = await answer(type, coding);

  expect([headers.get('content-encoding'), headers.get('etag')]).toEqual([null, '"1"']);
});

it.each(['application/sdp', 'application/dash+xml'])('%s that goes as it is tells its length', async (type) => {
  const { headers } = await answer(type, 'identity', false);

  expect([headers.get('content-length'), headers.get('transfer-encoding')]).toEqual(['5000', null]);
});

it.each([204, 304])('%i, which has no body, tells no length', async (status) => {
  const { response, body } = await answerOf({}, (_, given) => {
    given.status(status).send(BODY);
  });

  expect([response.status, response.headers.get('content-length'), body]).toEqual([status, null, '']);
});
