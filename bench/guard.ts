// What the guard adds to a request: the built guard, called as the framework calls it, on one core.
// node bench/guard.ts [--calls 200000] ; prints CPU microseconds per call.
import 'reflect-metadata';
import { createHmac, randomUUID } from 'node:crypto';
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

/** Of live777's shape, good for an hour. */
function streamToken(): string {
  const claims = { id: 'cam', mode: 4, exp: Math.floor(Date.now() / 1000) + 3600, jti: randomUUID() };
  const parts = [{ typ: 'JWT', alg: 'HS256' }, claims];
  const input = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${input}.${createHmac('sha256', SECRET).update(input).digest('base64url')}`;
}

async function makeGuard(): Promise<{ readonly guard: Guard; readonly controller: object }> {
  const { loadConfig } = (await load('config/index.js')) as {
    loadConfig: (options: object) => { readonly config: unknown };
  };
  const env = { AIRCHECK_AUTH_SECRET: SECRET, AIRCHECK_AUTH_TOKENS: STATIC };
  const { config } = loadConfig({ env, cwd: '/nowhere' });
  const key = await make('modules/auth/tokens/signing-key.js', 'SigningKey', config);
  const auth = await make(
    'modules/auth/auth.service.js',
    'AuthService',
    config,
    await make('modules/auth/strategies/static-token.strategy.js', 'StaticTokenStrategy', config),
    await make('modules/auth/strategies/secret-token.strategy.js', 'SecretTokenStrategy', key),
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

const known = contextOf(controller, `Bearer ${streamToken()}`);
await measure('a token of a stream that was checked before', calls, () => known);
const configured = contextOf(controller, `Bearer ${STATIC}`);
await measure('a token of the configuration', calls, () => configured);
await measure('a token that comes for the first time', calls / 20, () =>
  contextOf(controller, `Bearer ${streamToken()}`),
);
