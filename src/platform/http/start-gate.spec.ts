import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import express from 'express';
import { parseListenAddress } from '../../config/index.js';
import { listen } from './listen.js';
import { StartGate } from './start-gate.js';

describe('the start of the HTTP server', () => {
  const gate = new StartGate();
  const server: Server = createServer(
    express()
      .use(gate.handle)
      .get('/', (_request, response) => {
        response.send('open');
      }),
  );
  let origin: string;

  beforeAll(async () => {
    const { port } = await listen(server, parseListenAddress('127.0.0.1:0') ?? { address: '', port: 0 });
    origin = `http://127.0.0.1:${String(port)}`;
  });

  afterAll(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });

  it('says that the process lives, and that it takes no requests yet', async () => {
    const refused = await fetch(`${origin}/`);

    expect((await fetch(`${origin}/livez`)).status).toBe(200);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toMatchObject({ code: 'not-ready', reason: 'starting' });
  });

  it('fails when the address is taken', async () => {
    const address = { address: '127.0.0.1', port: Number(new URL(origin).port) };

    await expect(listen(createServer(), address)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('lets requests through when it has started', async () => {
    gate.open();

    expect(await (await fetch(`${origin}/`)).text()).toBe('open');
  });
});
