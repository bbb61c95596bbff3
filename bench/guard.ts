// What the guard adds to a request: the built guard, called as the framework calls it, on one core.
// node bench/guard.ts [--calls 200000] [--against FOLDER]; prints CPU microseconds per call, and with another build's `dist` in turns
// what that takes and how many times this one's.
import 'reflect-metadata';
import { createHmac, generateKeyPairSync, randomUUID, sign, verify, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Reflector } from '@nestjs/core';

const { values } = parseArgs({
  options: { calls: { type: 'string', default: '200000' }, against: { type: 'string' } },
});
const calls = Number(values.calls);

const SECRET = 'a-secret-of-benchmarks-32-bytes!';
const STATIC = 'a-token-of-benchmarks';
const DIST = join(resolve(import.meta.dirname, '..'), 'dist');
const TURNS = 10;

type Maker = new (...args: readonly unknown[]) => object;

interface Guard {
  canActivate(context: object): Promise<true>;
}

/** What a build has. */
class Build {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  async load(path: string): Promise<Readonly<Record<string, unknown>>> {
    return (await import(join(this.folder, path))) as Readonly<Record<string, unknown>>;
  }

  async make<T extends object>(path: string, name: string, ...args: readonly unknown[]): Promise<T> {
    const Class = (await this.load(path))[name] as Maker;
    return new Class(...args) as T;
  }
}

type Algorithm = 'HS256' | 'RS256' | 'ES256';

const pairs = {
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
};

/** The keys of an identity provider, on this machine. */
const provider = createServer((_request, response) => {
  const keys = Object.entries(pairs).map(([alg, { publicKey }]) => ({
    ...publicKey.export({ format: 'jwk' }),
    alg,
    kid: alg,
    use: 'sig',
  }));
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }));
});
await new Promise<void>((done) => provider.listen(0, '127.0.0.1', done));
const keySetUrl = `http://127.0.0.1:${String((provider.address() as AddressInfo).port)}/keys`;

function signatureOf(algorithm: Algorithm, input: string): Buffer {
  if (algorithm === 'HS256') return createHmac('sha256', SECRET).update(input).digest();
  const key: KeyObject = pairs[algorithm].privateKey;
  return sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
}

/** Of live777's shape, good for an hour. */
function streamToken(algorithm: Algorithm): string {
  const claims = { id: 'cam', mode: 4, exp: Math.floor(Date.now() / 1000) + 3600, jti: randomUUID() };
  const parts = [{ typ: 'JWT', alg: algorithm, kid: algorithm }, claims];
  const input = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${input}.${signatureOf(algorithm, input).toString('base64url')}`;
}

interface Guarded {
  readonly guard: Guard;
  readonly controller: object;
}

async function makeGuard(build: Build): Promise<Guarded> {
  const { loadConfig } = (await build.load('config/index.js')) as {
    loadConfig: (options: object) => { readonly config: unknown };
  };
  const env = { AIRCHECK_AUTH_SECRET: SECRET, AIRCHECK_AUTH_TOKENS: STATIC, AIRCHECK_AUTH_JWKS_URL: keySetUrl };
  const { config } = loadConfig({ env, cwd: '/nowhere' });
  const key = await build.make('modules/auth/tokens/signing-key.js', 'SigningKey', config);
  const auth = await build.make(
    'modules/auth/auth.service.js',
    'AuthService',
    config,
    await build.make('modules/auth/strategies/static-token.strategy.js', 'StaticTokenStrategy', config),
    await build.make('modules/auth/strategies/secret-token.strategy.js', 'SecretTokenStrategy', key, config),
    await build.make('modules/auth/strategies/key-set-token.strategy.js', 'KeySetTokenStrategy', config),
    { has: () => false },
  );
  const guard = await build.make<Guard>('modules/auth/auth.guard.js', 'AuthGuard', auth, new Reflector(), {}, []);
  const { ViewController: controller } = await build.load('modules/index/playback/view.controller.js');
  return { guard, controller: controller as object };
}

function contextOf(controller: object, authorization: string): object {
  const { prototype } = controller as { readonly prototype: { readonly dash: unknown } };
  const request = { headers: { authorization }, params: { stream: 'cam' } };
  return {
    getClass: () => controller,
    getHandler: () => prototype.dash,
    getType: () => 'http',
    switchToHttp: () => ({ getRequest: () => request }),
  };
}

const folders = [DIST, ...(values.against === undefined ? [] : [resolve(values.against)])];
const builds = await Promise.all(folders.map((folder) => makeGuard(new Build(folder))));

/** @returns microseconds of CPU per call */
async function turn({ guard, controller }: Guarded, authorizations: readonly string[]): Promise<number> {
  const contexts = authorizations.map((authorization) => contextOf(controller, authorization));
  const before = process.cpuUsage();
  for (const context of contexts) await guard.canActivate(context);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / contexts.length;
}

function median(figures: readonly number[]): number {
  return [...figures].sort((a, b) => a - b)[figures.length >> 1] ?? Number.NaN;
}

/** Each build in turns, so that what else the machine does meets both: the median of the turns. */
async function measure(what: string, count: number, authorization: () => string): Promise<void> {
  const figures = builds.map((): number[] => []);
  for (let n = 0; n <= TURNS; n++) {
    for (const [index, build] of builds.entries()) {
      const each = Array.from({ length: Math.ceil(count / TURNS) }, authorization);
      const figure = await turn(build, each);
      if (n > 0) figures[index]?.push(figure);
    }
  }
  const [now = Number.NaN, before] = figures.map(median);
  const compared =
    before === undefined ? '' : `, ${before.toFixed(2)} before: ${(before / now).toFixed(1)} times as much`;
  console.log(`${what}: ${now.toFixed(2)} µs of CPU per call${compared}`);
}

const known = `Bearer ${streamToken('HS256')}`;
await measure('a token of a stream that was checked before', calls, () => known);
await measure('a token of the configuration', calls, () => `Bearer ${STATIC}`);
for (const algorithm of ['HS256', 'RS256', 'ES256'] as const) {
  const what = `a token of ${algorithm} that comes for the first time`;
  await measure(what, calls / 20, () => `Bearer ${streamToken(algorithm)}`);
}
for (const algorithm of ['RS256', 'ES256'] as const) {
  const { publicKey: key } = pairs[algorithm];
  const input = 'a'.repeat(200);
  const signature = signatureOf(algorithm, input);
  const before = process.cpuUsage();
  const times = calls / 20;
  for (let n = 0; n < times; n++) verify('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }, signature);
  const { user, system } = process.cpuUsage(before);
  console.log(`of that the signature of ${algorithm} alone: ${((user + system) / times).toFixed(2)} µs`);
}
provider.close();
