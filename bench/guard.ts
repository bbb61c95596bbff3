// What the guard adds to a request: the built guard, called as the framework calls it, on one core.
// node bench/guard.ts [--calls 200000] ; prints CPU microseconds per call.
import 'reflect-metadata';
import { createHmac, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Reflector } from '@nestjs/core';

const { values } = parseArgs({ options: { calls: { type: 'string', default: '200000' } } });
const calls = Number(values.calls);

const SECRET = 'a-secret-of-benchmarks-32-bytes!';
const STATIC = 'a-token-of-benchmarks';
const DIST = join(resolve(import.meta.dirname, '..'), 'dist');

type Maker = new (...args: readonly unknown[]) => object;

interface Guard {
  canActivate(context: object): Promise<true>;
}

async function load(path: string): Promise<Readonly<Record<string, unknown>>> {
  return (await import(join(DIST, path))) as Readonly<Record<string, unknown>>;
}

async function make<T extends object>(path: string, name: string, ...args: readonly unknown[]): Promise<T> {
  const Class = (await load(path))[name] as Maker;
  return new Class(...args) as T;
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

async function makeGuard(): Promise<{ readonly guard: Guard; readonly controller: object }> {
  const { loadConfig } = (await load('config/index.js')) as {
    loadConfig: (options: object) => { readonly config: unknown };
  };
  const env = { AIRCHECK_AUTH_SECRET: SECRET, AIRCHECK_AUTH_TOKENS: STATIC, AIRCHECK_AUTH_JWKS_URL: keySetUrl };
  const { config } = loadConfig({ env, cwd: '/nowhere' });
  const key = await make('modules/auth/tokens/signing-key.js', 'SigningKey', config);
  const auth = await make(
    'modules/auth/auth.service.js',
    'AuthService',
    config,
    await make('modules/auth/strategies/static-token.strategy.js', 'StaticTokenStrategy', config),
    await make('modules/auth/strategies/secret-token.strategy.js', 'SecretTokenStrategy', key, config),
    await make('modules/auth/strategies/key-set-token.strategy.js', 'KeySetTokenStrategy', config),
    { has: () => false },
  );
  const guard = await make<Guard>('modules/auth/auth.guard.js', 'AuthGuard', auth, new Reflector(), {}, []);
  const { ViewController: controller } = await load('modules/index/playback/view.controller.js');
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

const { guard, controller } = await makeGuard();

async function measure(what: string, count: number, context: (call: number) => object): Promise<void> {
  for (let call = 0; call < 1000; call++) await guard.canActivate(context(call));
  const contexts = Array.from({ length: count }, (_, call) => context(1000 + call));
  const before = process.cpuUsage();
  for (const each of contexts) await guard.canActivate(each);
  const { user, system } = process.cpuUsage(before);
  console.log(`${what}: ${((user + system) / count).toFixed(2)} µs of CPU per call`);
}

const known = contextOf(controller, `Bearer ${streamToken('HS256')}`);
await measure('a token of a stream that was checked before', calls, () => known);
const configured = contextOf(controller, `Bearer ${STATIC}`);
await measure('a token of the configuration', calls, () => configured);
for (const algorithm of ['HS256', 'RS256', 'ES256'] as const) {
  await measure(`a token of ${algorithm} that comes for the first time`, calls / 20, () =>
    contextOf(controller, `Bearer ${streamToken(algorithm)}`),
  );
}
provider.close();
