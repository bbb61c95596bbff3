import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import express, { type NextFunction, type Request, type Response as ExpressResponse } from 'express';
import type { RangedResource, Resource, WholeResource } from '../../src/platform/http/resource/resource.js';
import { sendResource } from '../../src/platform/http/resource/send-resource.js';
import { statusOfKind } from '../../src/platform/problem/problem-document.js';
import { AppError } from '../../src/shared/errors.js';
import { until } from '../support/wait.js';

const BODY = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 251));
const ETAG = '"abc"';
const MODIFIED = new Date('2026-11-21T12:00:00.500Z');
const DATE = 'Sat, 21 Nov 2026 12:00:01 GMT';
const facts = { etag: ETAG, contentType: 'video/mp4', cacheControl: 'no-cache' };

/** What was asked of the resources, and how their bodies ended. */
let calls: string[];

const inMemory: RangedResource = {
  ...facts,
  modifiedAt: MODIFIED,
  sizeBytes: BODY.length,
  open: ({ start, end }) => BODY.subarray(start, end + 1),
};

const inParts: RangedResource = {
  ...facts,
  modifiedAt: MODIFIED,
  sizeBytes: BODY.length,
  disposition: 'attachment; filename="clip.mp4"',
  check: () => {
    calls.push('check');
    return Promise.resolve();
  },
  async *open({ start, end }) {
    calls.push('open');
    await Promise.resolve();
    for (let at = start; at <= end; at += 300) yield BODY.subarray(at, Math.min(at + 300, end + 1));
    calls.push('done');
  },
};

const made: WholeResource = {
  ...facts,
  modifiedAt: MODIFIED,
  make: () => {
    calls.push('make');
    return Promise.resolve(BODY);
  },
};

class GoneError extends AppError {
  readonly kind = 'gone';
  readonly code = 'gone';
}

const gone = (): never => {
  throw new GoneError('It is gone.');
};

const broken: RangedResource = {
  ...inMemory,
  async *open() {
    yield await Promise.resolve(BODY.subarray(0, 100));
    throw new Error('The disk is gone.');
  },
};

/** Larger than what lies between a server and a client that does not read. */
const endless: RangedResource = {
  ...facts,
  sizeBytes: 1 << 30,
  async *open() {
    const part = Buffer.alloc(1 << 20);
    try {
      for (let number = 0; number < 1024; number++) {
        await Promise.resolve();
        calls.push('part');
        yield part;
      }
    } finally {
      calls.push('closed');
    }
  },
};

const resources: Readonly<Record<string, () => Resource | Promise<Resource>>> = {
  'in-memory': () => inMemory,
  'in-parts': () => Promise.resolve(inParts),
  made: () => made,
  broken: () => broken,
  endless: () => endless,
  elsewhere: () => ({ ...inMemory, open: () => ({ redirectTo: 'https://bucket.example/object' }) }),
  absent: gone,
  'not-to-be-read': () => ({ ...inMemory, open: gone, check: gone }),
  'not-to-be-made': () => ({ ...made, make: gone }),
};

let server: Server;

beforeAll(async () => {
  Logger.overrideLogger(false);
  const app = express().set('etag', false);
  app.all('/:name', (request, response) =>
    sendResource(request, response, resources[request.params.name] ?? (() => gone())),
  );
  app.use((error: unknown, _request: Request, response: ExpressResponse, next: NextFunction) => {
    if (error instanceof AppError) response.status(statusOfKind[error.kind]).end(error.code);
    else next(error);
  });
  server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  Logger.overrideLogger([]);
  server.closeAllConnections();
  server.close();
});
beforeEach(() => (calls = []));

const ask = (name: string, headers: Record<string, string> = {}, init: RequestInit = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/${name}`, {
    redirect: 'manual',
    ...init,
    headers,
  });
const bytesOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer());
const headersOf = (response: Response, ...names: string[]): (string | null)[] =>
  names.map((name) => response.headers.get(name));

describe.each(['in-memory', 'in-parts'])('%s', (name) => {
  it('goes out whole, with all that names its state', async () => {
    const response = await ask(name);

    expect([response.status, (await bytesOf(response)).equals(BODY)]).toEqual([200, true]);
    expect(headersOf(response, 'etag', 'last-modified', 'cache-control', 'accept-ranges')).toEqual([
      ETAG,
      DATE,
      'no-cache',
      'bytes',
    ]);
    expect(headersOf(response, 'content-length', 'content-type', 'x-content-type-options')).toEqual([
      '1000',
      'video/mp4',
      'nosniff',
    ]);
  });

  it.each([
    ['bytes=0-0', 0, 0],
    ['bytes=10-', 10, 999],
    ['bytes=-10', 990, 999],
    ['bytes=250-899', 250, 899],
    ['bytes=990-5000', 990, 999],
  ])('goes out in part for %s', async (range, start, end) => {
    const response = await ask(name, { range });

    expect(response.status).toBe(206);
    expect(headersOf(response, 'content-range', 'content-length', 'etag')).toEqual([
      `bytes ${String(start)}-${String(end)}/1000`,
      String(end - start + 1),
      ETAG,
    ]);
    expect((await bytesOf(response)).equals(BODY.subarray(start, end + 1))).toBe(true);
  });

  it.each([ETAG, DATE])('goes on for If-Range: %s', async (ifRange) => {
    expect((await ask(name, { range: 'bytes=5-', 'if-range': ifRange })).status).toBe(206);
  });

  it.each(['"other"', `W/${ETAG}`, 'Sat, 21 Nov 2026 12:00:00 GMT', 'yesterday'])(
    'begins anew for If-Range: %s',
    async (ifRange) => {
      const response = await ask(name, { range: 'bytes=5-', 'if-range': ifRange });

      expect([response.status, (await bytesOf(response)).length]).toEqual([200, 1000]);
    },
  );

  it.each(['bytes=1000-', 'bytes=-0', 'bytes=0-1,4-5'])('refuses %s, and says how long it is', async (range) => {
    const response = await ask(name, { range });

    expect([response.status, await response.text()]).toEqual([416, 'range-not-satisfiable']);
    expect(headersOf(response, 'content-range', 'cache-control')).toEqual(['bytes */1000', 'no-store']);
  });

  it.each(['bytes=9-1', 'items=0-5', 'bytes=x'])('takes no notice of %s', async (range) => {
    expect((await ask(name, { range })).status).toBe(200);
  });

  it('answers HEAD as it would GET, without a range', async () => {
    const response = await ask(name, { range: 'bytes=0-9' }, { method: 'HEAD' });

    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(headersOf(response, 'content-length', 'etag', 'last-modified')).toEqual(['1000', ETAG, DATE]);
  });
});

describe.each(['in-memory', 'in-parts', 'made'])('%s, for who has it already', (name) => {
  it.each([
    [{ 'if-none-match': ETAG }],
    [{ 'if-none-match': `"x", W/${ETAG}` }],
    [{ 'if-none-match': '*' }],
    [{ 'if-modified-since': DATE }],
    [{ 'if-none-match': ETAG, range: 'bytes=0-1' }],
    [{ 'if-none-match': ETAG, 'if-modified-since': 'Sat, 21 Nov 2020 12:00:00 GMT' }],
  ])('is nothing but 304 for %j', async (headers) => {
    for (const method of ['GET', 'HEAD']) {
      const response = await ask(name, headers, { method });

      expect([response.status, await response.text()]).toEqual([304, '']);
      expect(headersOf(response, 'etag', 'cache-control', 'content-length')).toEqual([ETAG, 'no-cache', null]);
    }
    expect(calls).toEqual([]);
  });

  it.each([
    [{ 'if-none-match': '"x"' }],
    [{ 'if-modified-since': 'Sat, 21 Nov 2026 12:00:00 GMT' }],
    [{ 'if-none-match': '"x"', 'if-modified-since': DATE }],
    [{ 'if-match': ETAG }],
  ])('is sent for %j', async (headers) => {
    expect((await ask(name, headers)).status).toBe(200);
  });

  it.each(['"x"', `W/${ETAG}`])('is refused for If-Match: %s', async (ifMatch) => {
    const response = await ask(name, { 'if-match': ifMatch, 'if-none-match': ETAG });

    expect([response.status, await response.text()]).toEqual([412, 'precondition-failed']);
    expect(calls).toEqual([]);
  });
});

it('reads nothing for HEAD, and makes sure that it could', async () => {
  await ask('in-parts', {}, { method: 'HEAD' });

  expect(calls).toEqual(['check']);
});

it('says what a browser saves it as', async () => {
  expect(headersOf(await ask('in-parts'), 'content-disposition')).toEqual(['attachment; filename="clip.mp4"']);
});

it('gives no ranges of what is made when it is wanted', async () => {
  const response = await ask('made', { range: 'bytes=0-9' });

  expect([response.status, (await bytesOf(response)).length]).toEqual([200, 1000]);
  expect(headersOf(response, 'accept-ranges', 'content-length')).toEqual([null, '1000']);
});

it('sends elsewhere whoever wants bytes that another has; none may keep that', async () => {
  const response = await ask('elsewhere');

  expect(response.status).toBe(307);
  expect(headersOf(response, 'location', 'cache-control')).toEqual(['https://bucket.example/object', 'no-store']);
});

it.each([
  ['absent', 'GET'],
  ['absent', 'HEAD'],
  ['not-to-be-read', 'GET'],
  ['not-to-be-read', 'HEAD'],
  ['not-to-be-made', 'GET'],
])('tells why %s cannot be had by %s, which none may keep', async (name, method) => {
  const response = await ask(name, {}, { method });

  expect(response.status).toBe(410);
  expect(headersOf(response, 'cache-control', 'etag', 'last-modified')).toEqual(['no-store', null, null]);
});

it('breaks off what breaks off, so that nobody takes a part for the whole', async () => {
  const response = await ask('broken');

  expect(headersOf(response, 'content-length')).toEqual(['1000']);
  await expect(response.arrayBuffer()).rejects.toThrow();
});

it('reads no faster than the client, and no further than it stays', async () => {
  const leaving = new AbortController();
  const response = await ask('endless', {}, { signal: leaving.signal });
  expect(response.status).toBe(200);
  await setTimeout(300);
  const read = calls.length;

  leaving.abort();
  await until(() => calls.at(-1) === 'closed', 'the body is closed');

  expect(read).toBeLessThan(64);
});
