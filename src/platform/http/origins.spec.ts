import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { loadConfig } from '../../config/index.js';
import { Origins } from './origins.js';

type Given = Readonly<Record<string, string>>;

const TOKENS = { AIRCHECK_AUTH_TOKENS: 'a-token-of-tests-with-thirty-two-characters' };
const STUDIO = { AIRCHECK_HTTP_CORS_ORIGINS: 'https://studio.example' };
const EVIL = 'http://evil.example';

/** Answers everything that reaches it. */
class Site {
  private constructor(private readonly server: Server) {}

  static async open(env: Given): Promise<Site> {
    const { config } = loadConfig({ env, cwd: '/nowhere' });
    const site = express()
      .use(new Origins(config).handle)
      .use((_request, response) => {
        response.end('reached');
      });
    const server = createServer(site).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Site(server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.close();
    await once(this.server, 'close');
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** @returns 200, or the code of the problem */
  async ask(method: string, headers: Given): Promise<number | string> {
    const asked = request({ host: '127.0.0.1', port: this.port, method, headers, path: '/api/v1/drain', agent: false });
    asked.end();
    const [answer] = (await once(asked, 'response')) as [AsyncIterable<Buffer> & { statusCode: number }];
    const parts: Buffer[] = [];
    for await (const part of answer) parts.push(part);
    if (answer.statusCode === 200) return 200;
    expect(answer.statusCode).toBe(403);
    return (JSON.parse(Buffer.concat(parts).toString()) as { code: string }).code;
  }
}

describe('what a page has a browser send', () => {
  it.each<[string, Given, string, Given, number | string]>([
    ['a program', {}, 'POST', {}, 200],
    ['a page of another origin', {}, 'POST', { origin: EVIL }, 'origin-not-allowed'],
    ['a page of another origin', {}, 'DELETE', { origin: EVIL }, 'origin-not-allowed'],
    ['a page of no origin', {}, 'POST', { origin: 'null' }, 'origin-not-allowed'],
    ['a form of another site', {}, 'POST', { 'sec-fetch-site': 'cross-site' }, 'origin-not-allowed'],
    ['another service of this machine', {}, 'POST', { 'sec-fetch-site': 'same-site' }, 'origin-not-allowed'],
    ['its own page behind a proxy', {}, 'POST', { 'sec-fetch-site': 'same-origin', origin: 'https://tv.example' }, 200],
    ['a person', {}, 'POST', { 'sec-fetch-site': 'none' }, 200],
    ['a page that only reads', {}, 'GET', { origin: EVIL, 'sec-fetch-site': 'cross-site' }, 200],
    ['a preflight', {}, 'OPTIONS', { origin: EVIL }, 200],
    ['a page while tokens are wanted', TOKENS, 'POST', { origin: EVIL }, 'origin-not-allowed'],
    ['any page while all may call', { AIRCHECK_HTTP_CORS: 'true' }, 'POST', { origin: EVIL }, 200],
    ['a named page', STUDIO, 'POST', { origin: 'https://studio.example', 'sec-fetch-site': 'cross-site' }, 200],
    ['another than the named page', STUDIO, 'POST', { origin: EVIL }, 'origin-not-allowed'],
  ])('reaches the server or not: %s (%j, %s, %j)', async (_what, env, method, headers, expected) => {
    await using site = await Site.open(env);

    expect(await site.ask(method, headers)).toBe(expected);
  });

  it('reaches it from its own page', async () => {
    await using site = await Site.open({});

    expect(await site.ask('POST', { origin: `http://127.0.0.1:${String(site.port)}` })).toBe(200);
    expect(await site.ask('POST', { origin: `http://127.0.0.1:${String(site.port + 1)}` })).toBe('origin-not-allowed');
  });
});

describe('a name that leads here', () => {
  it.each<[Given, string, number | string]>([
    [{}, '127.0.0.1:7777', 200],
    [{}, '[::1]:7777', 200],
    [{}, '10.0.0.7', 200],
    [{}, 'localhost:7777', 200],
    [{}, 'LOCALHOST', 200],
    [{}, 'recorder.localhost:7777', 200],
    [{}, 'evil.example:7777', 'host-not-allowed'],
    [{}, 'evillocalhost', 'host-not-allowed'],
    [{}, 'localhost.evil.example', 'host-not-allowed'],
    [{}, '127.0.0.1.evil.example', 'host-not-allowed'],
    [{}, '@', 'host-not-allowed'],
    [STUDIO, 'studio.example', 200],
    [STUDIO, 'evil.example', 'host-not-allowed'],
    [TOKENS, 'recorder.example', 200],
    [{ AIRCHECK_HTTP_LISTEN: '0.0.0.0:7777', AIRCHECK_AUTH_MODE: 'none' }, 'recorder.example', 200],
  ])('with %j is answered or not: %s', async (env, host, expected) => {
    await using site = await Site.open(env);

    expect(await site.ask('GET', { host })).toBe(expected);
  });

  it('brings no page of it in: its Origin and its Host are the same', async () => {
    await using site = await Site.open({});

    expect(await site.ask('POST', { host: 'evil.example:7777', origin: 'http://evil.example:7777' })).toBe(
      'host-not-allowed',
    );
  });
});
