import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import express from 'express';
import { takeAbsoluteForm } from './absolute-form.js';

it.each([
  ['http://recorder.example:7777/play/a%20b?x=1', '/play/a%20b?x=1 recorder.example:7777'],
  ['HTTPS://recorder.example/signed/t/play', '/signed/t/play recorder.example'],
  ['http://recorder.example', '/ recorder.example'],
  ['http://recorder.example?x', '/?x recorder.example'],
  ['/play/http://x/y', '/play/http://x/y other.example'],
])('a request for %s is one for %s', async (path, expected) => {
  const site = express()
    .use(takeAbsoluteForm)
    .use(({ url, originalUrl, headers }, response) => {
      response.end(url === originalUrl ? `${url} ${headers.host ?? ''}` : 'two paths');
    });
  const server = createServer(site).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const asked = request({ host: '127.0.0.1', port, path, agent: false, headers: { host: 'other.example' } }).end();
  const [answer] = (await once(asked, 'response')) as [NodeJS.ReadableStream];

  expect(await text(answer)).toBe(expected);
  server.close();
});
