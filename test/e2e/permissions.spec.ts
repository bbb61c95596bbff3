import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  buildClientSchema,
  getIntrospectionQuery,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isNonNullType,
  type GraphQLField,
  type GraphQLInputType,
  type IntrospectionQuery,
} from 'graphql';
import { hs256, inSeconds, jwt, streamToken } from '../../src/modules/auth/testing/json-web-token.js';
import type { ApiDocument } from '../support/api-description.js';
import { graphql, Heard, subscriber } from '../support/graphql.js';
import { KeyProvider } from '../support/key-provider.js';
import { TestServer } from '../support/server.js';
import { until } from '../support/wait.js';

const SECRET = 'a-secret-of-tests-with-32-bytes!';
const STATIC = 'a-token-for-tests-only';
const PASSWORD = 'a-password-of-tests';
const ISSUER = 'https://id.example.org/';
const AUDIENCE = 'aircheck';
const METHODS = ['get', 'head', 'put', 'post', 'patch', 'delete', 'options'];

/** One line of the tables in docs/auth.md. */
interface Row {
  readonly name: string;
  readonly rights: readonly string[];
  readonly on: string;
}

/** A token, and what is known of it. */
interface Kind {
  readonly name: string;
  readonly token: string;
  readonly scope: string;
  readonly rights: readonly string[];
}

const RIGHTS = ['publish', 'watch', 'record', 'playback', 'admin'];
const RIGHTS_OF_BIT = { 4: ['watch', 'playback'], 2: ['publish'], 1: ['record', 'admin'] } as const;

const ofStreams: readonly Kind[] = ['cam', 'c*', 'other', '*'].flatMap((id) =>
  ([4, 2, 1] as const).map((mode) => ({
    name: `mode ${String(mode)} of ${id}`,
    token: streamToken(SECRET, { id, mode, exp: inSeconds(600) }),
    scope: id,
    rights: RIGHTS_OF_BIT[mode],
  })),
);

/** One of every kind that there is. */
async function makeKinds(server: TestServer, provider: KeyProvider): Promise<readonly Kind[]> {
  const claims = { iss: ISSUER, aud: AUDIENCE, exp: inSeconds(600) };
  const account = { username: 'viewer', password: PASSWORD, id: 'c*', subscribe: true };
  await send(server, '/api/v1/accounts', account);
  const ofCameras = { scope: 'c*', rights: RIGHTS_OF_BIT[4] };
  return [
    { name: 'a token of the configuration', token: STATIC, scope: '*', rights: RIGHTS },
    ...ofStreams,
    { name: 'RS256', token: provider.token('RS256', { ...claims, id: '*', mode: 7 }), scope: '*', rights: RIGHTS },
    { name: 'ES256', token: provider.token('ES256', { ...claims, id: 'c*', mode: 4 }), ...ofCameras },
    { name: 'a log-in', token: await logIn(server, 'ann'), scope: '*', rights: RIGHTS },
    { name: 'a log-in of the database', token: await logIn(server, 'viewer'), ...ofCameras },
  ];
}

async function logIn(server: TestServer, username: string): Promise<string> {
  const { access_token: token = '' } = await send<{ access_token?: string }>(server, '/api/login', {
    username,
    password: PASSWORD,
  });
  return token;
}

/** As whoever has the token of the configuration. */
async function send<T>(server: TestServer, path: string, body: object): Promise<T> {
  const headers = { authorization: `Bearer ${STATIC}`, 'content-type': 'application/json' };
  const response = await fetch(server.url(path), { method: 'POST', headers, body: JSON.stringify(body) });
  return (await response.json()) as T;
}

function strangersTo(provider: KeyProvider): readonly (readonly [string, string | undefined])[] {
  const all = { id: '*', mode: 7, iss: ISSUER, aud: AUDIENCE };
  const inTime = { ...all, exp: inSeconds(600) };
  const tokens: Readonly<Record<string, string>> = {
    'a wrong token': 'a-token-that-nobody-gave-out',
    'an expired token': streamToken(SECRET, { ...all, exp: inSeconds(-10) }),
    'a token of another secret': streamToken('another-secret-with-32-bytes-too', inTime),
    'a token that nobody signed': jwt({ alg: 'none' }, inTime, () => Buffer.alloc(0)),
    'a token for ever': jwt({ alg: 'HS256' }, all, hs256(SECRET)),
    'an expired token of a key': provider.token('ES256', { ...all, exp: inSeconds(-10) }),
    'a token of a key for somebody else': provider.token('RS256', { ...inTime, aud: 'others' }),
    'a public key taken for a secret': jwt({ alg: 'HS256', kid: 'RS256' }, inTime, hs256(provider.publicPem)),
  };
  return [
    ['no token', undefined],
    ['another scheme', `Basic ${STATIC}`],
    ...Object.entries(tokens).map(([name, token]): [string, string] => [name, `Bearer ${token}`]),
  ];
}

/** Wrong tokens of one address are slowed: those that are tried here come from everywhere. */
let places = 0;
function fromElsewhere(): { readonly 'x-forwarded-for': string } {
  places += 1;
  return { 'x-forwarded-for': `10.0.${String(places >> 8)}.${String(places & 255)}` };
}

/** Nothing is live or recorded here: for a token of single streams a thing that is named by its id is nobody's. */
function isAllowed({ rights, on }: Row, kind: Kind): boolean {
  if (on === 'everyone' || on === 'any token') return true;
  if (!rights.some((right) => kind.rights.includes(right))) return false;
  if (kind.scope === '*' || on === 'streams it is about') return true;
  return on === 'the stream' && kind.scope !== 'other';
}

async function readRows(): Promise<ReadonlyMap<string, Row>> {
  const text = await readFile(resolve(__dirname, '../../docs/auth.md'), 'utf8');
  const lines = text.split('\n').filter((line) => line.startsWith('| `'));
  const rows = lines.map((line): Row => {
    const [name = '', ...cells] = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    const rights = RIGHTS.filter((_right, index) => cells[index] === 'yes');
    return { name: name.replaceAll('`', ''), rights, on: cells.at(-1) ?? '' };
  });
  return new Map(rows.map((row) => [row.name, row]));
}

/** A literal of the type; of an input object only what it must have. */
function literalOf(type: GraphQLInputType): string {
  const named = getNamedType(type);
  if (isInputObjectType(named)) {
    const fields = Object.values(named.getFields()).filter((field) => isNonNullType(field.type));
    return `{ ${fields.map(({ name, type: inner }) => `${name}: ${literalOf(inner)}`).join(', ')} }`;
  }
  if (isEnumType(named)) return named.getValues()[0]?.name ?? '';
  return { Boolean: 'false', Int: '1', DateTime: '"2026-11-20T12:00:00Z"' }[named.name] ?? '"cam"';
}

function operationOf(kind: string, field: GraphQLField<unknown, unknown>): string {
  const needed = field.args.filter(({ type }) => isNonNullType(type));
  const given = needed.map(({ name, type }) => `${name}: ${literalOf(type)}`).join(', ');
  const selection = isLeafType(getNamedType(field.type)) ? '' : ' { __typename }';
  return `${kind} { ${field.name}${given === '' ? '' : `(${given})`}${selection} }`;
}

describe('every call', () => {
  let provider: KeyProvider;
  let server: TestServer;
  let rows: ReadonlyMap<string, Row>;
  let kinds: readonly Kind[];
  let strangers: ReturnType<typeof strangersTo>;

  beforeAll(async () => {
    provider = await KeyProvider.start();
    server = await TestServer.start({
      env: {
        AIRCHECK_AUTH_TOKENS: STATIC,
        AIRCHECK_AUTH_SECRET: SECRET,
        AIRCHECK_AUTH_ACCOUNTS: JSON.stringify([{ username: 'ann', password: PASSWORD }]),
        AIRCHECK_AUTH_JWKS_URL: provider.url,
        AIRCHECK_AUTH_ISSUER: ISSUER,
        AIRCHECK_AUTH_AUDIENCE: AUDIENCE,
        AIRCHECK_HTTP_TRUSTED_PROXIES: '127.0.0.1',
      },
    });
    rows = await readRows();
    kinds = await makeKinds(server, provider);
    strangers = strangersTo(provider);
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await provider[Symbol.asyncDispose]();
  });

  function rowOf(name: string): Row {
    const row = rows.get(name);
    if (row === undefined) throw new Error(`docs/auth.md does not have ${name}.`);
    return row;
  }

  /** Of the document, without what would have this server take nobody any more. */
  async function routes(): Promise<{ readonly method: string; readonly path: string; readonly row: Row }[]> {
    const { paths } = await server.get<ApiDocument>('/api-docs-json');
    return Object.entries(paths).flatMap(([route, operations]) =>
      METHODS.filter((method) => method in operations).map((each) => {
        const method = each.toUpperCase();
        const path = route
          .replaceAll('{stream}', 'cam')
          .replaceAll('{key}', 'cam/x.mpd')
          .replace(/\{\w+\}/g, 'cam');
        return { method, path, row: rowOf(`${method} ${route}`) };
      }),
    );
  }

  async function status(method: string, path: string, authorization: string | undefined): Promise<Response> {
    const headers = { ...fromElsewhere(), ...(authorization !== undefined && { authorization }) };
    const response = await fetch(server.url(path), { method, headers });
    if (response.headers.get('content-type')?.startsWith('text/event-stream') === true) await response.body?.cancel();
    return response;
  }

  it('over REST is refused to strangers, with the way in and a problem document', async () => {
    const wrong: string[] = [];
    for (const { method, path, row } of await routes()) {
      const tries = strangers.map(async ([name, authorization]) => {
        const response = await status(method, path, authorization);
        const isRefused =
          response.status === 401 &&
          response.headers.get('www-authenticate')?.startsWith('Bearer') === true &&
          response.headers.get('content-type') === 'application/problem+json';
        const isOpen = row.on === 'everyone';
        if (isRefused === isOpen) wrong.push(`${method} ${path}, ${name}: ${response.status}`);
      });
      await Promise.all(tries);
    }
    expect(wrong).toEqual([]);
  });

  it('over REST is open to tokens as docs/auth.md says', async () => {
    const wrong: string[] = [];
    for (const { method, path, row } of await routes()) {
      const tries = kinds.map(async (kind) => {
        const response = await status(method, path, `Bearer ${kind.token}`);
        const isRefused = response.status === 403 || response.status === 401;
        if (isRefused === isAllowed(row, kind)) wrong.push(`${method} ${path}, ${kind.name}: ${response.status}`);
      });
      await Promise.all(tries);
    }
    expect(wrong).toEqual([]);
  });

  it('is playback of its stream, by reading, for who has a signed URL, and nothing else', async () => {
    const { hls } = await send<{ hls: string }>(server, '/api/v1/playback-urls', { stream: 'cam' });
    const [, folder = '', token = ''] = /^(\/signed\/([^/]+))\//.exec(hls) ?? [];
    const wrong: string[] = [];
    for (const { method, path, row } of await routes()) {
      const response = await status(method, folder + path, undefined);
      const body = response.headers.get('content-type') === 'application/problem+json' ? await response.text() : '';
      const isRefused = [401, 403, 405].includes(response.status) || body.includes('route-not-found');
      const isPlayback = /^(GET|HEAD) \/play\//.test(row.name);
      if (isRefused === isPlayback) wrong.push(`${method} ${path}: ${response.status}`);
      const asToken = await status(method, path, `Bearer ${token}`);
      if ((asToken.status === 401) === (row.on === 'everyone')) wrong.push(`${method} ${path}, as a token`);
    }
    expect(wrong).toEqual([]);
  });

  it('over GraphQL is refused to strangers, over HTTP and over WebSocket', async () => {
    for (const [, authorization] of strangers) {
      const headers = { ...(authorization !== undefined && { authorization }) };
      expect((await graphql(server, '{ __typename }', {}, headers)).status).toBe(401);
      const client = subscriber(server, headers);
      const closed = new Promise((found) => client.on('closed', (event) => found((event as { code: number }).code)));
      expect(await closed).toBe(4401);
      await client.dispose();
    }
  });

  it('over GraphQL is open to tokens as docs/auth.md says', async () => {
    const headers = { authorization: `Bearer ${STATIC}` };
    const { data } = await graphql<IntrospectionQuery>(server, getIntrospectionQuery(), {}, headers);
    if (data === undefined || data === null) throw new Error('no schema');
    const schema = buildClientSchema(data);
    const wrong: string[] = [];
    const tries = kinds.map(async (kind) => {
      const authorization = `Bearer ${kind.token}`;
      for (const [type, root] of [
        ['query', schema.getQueryType()],
        ['mutation', schema.getMutationType()],
      ] as const) {
        for (const field of Object.values(root?.getFields() ?? {})) {
          const row = rowOf(`${root?.name ?? ''}.${field.name}`);
          const { errors } = await graphql(server, operationOf(type, field), {}, { authorization });
          const isRefused = errors?.[0]?.extensions.code === 'permission-denied';
          if (isRefused === isAllowed(row, kind)) wrong.push(`${row.name}, ${kind.name}: ${JSON.stringify(errors)}`);
        }
      }
      const client = subscriber(server, { authorization });
      for (const field of Object.values(schema.getSubscriptionType()?.getFields() ?? {})) {
        const row = rowOf(`Subscription.${field.name}`);
        using heard = new Heard(client, operationOf('subscription', field));
        using after = new Heard(client, '{ __typename }');
        const answers = isAllowed(row, kind) ? after.events : heard.errors;
        await until(() => answers.length > 0, `${row.name} is judged for ${kind.name}`);
        const isRefused = JSON.stringify(heard.errors).includes('permission-denied');
        if (isRefused === isAllowed(row, kind))
          wrong.push(`${row.name}, ${kind.name}: ${JSON.stringify(heard.errors)}`);
      }
      await client.dispose();
    });
    await Promise.all(tries);
    expect(wrong).toEqual([]);
  });
});
