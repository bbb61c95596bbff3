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
import { TestServer } from '../support/server.js';
import { until } from '../support/wait.js';

const SECRET = 'a-secret-of-tests-with-32-bytes!';
const STATIC = 'a-token-for-tests-only';
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

const kinds: readonly Kind[] = [
  { name: 'a token of the configuration', token: STATIC, scope: '*', rights: RIGHTS },
  ...['cam', 'c*', 'other', '*'].flatMap((id) =>
    ([4, 2, 1] as const).map((mode) => ({
      name: `mode ${String(mode)} of ${id}`,
      token: streamToken(SECRET, { id, mode }),
      scope: id,
      rights: RIGHTS_OF_BIT[mode],
    })),
  ),
];

const strangers: readonly (readonly [string, string | undefined])[] = [
  ['no token', undefined],
  ['a wrong token', 'Bearer a-token-that-nobody-gave-out'],
  ['another scheme', `Basic ${STATIC}`],
  ['an expired token', `Bearer ${streamToken(SECRET, { id: '*', mode: 7, exp: inSeconds(-10) })}`],
  ['a token of another secret', `Bearer ${streamToken('another-secret-with-32-bytes-too', { id: '*', mode: 7 })}`],
  [
    'a token that nobody signed',
    `Bearer ${jwt({ alg: 'none' }, { id: '*', mode: 7, exp: inSeconds(60) }, () => Buffer.alloc(0))}`,
  ],
  ['a token for ever', `Bearer ${jwt({ alg: 'HS256' }, { id: '*', mode: 7 }, hs256(SECRET))}`],
];

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
  let server: TestServer;
  let rows: ReadonlyMap<string, Row>;

  beforeAll(async () => {
    server = await TestServer.start({ env: { AIRCHECK_AUTH_TOKENS: STATIC, AIRCHECK_AUTH_SECRET: SECRET } });
    rows = await readRows();
  });

  afterAll(() => server[Symbol.asyncDispose]());

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
    const headers = authorization === undefined ? {} : { authorization };
    const response = await fetch(server.url(path), { method, headers });
    if (response.headers.get('content-type')?.startsWith('text/event-stream') === true) await response.body?.cancel();
    return response;
  }

  it('over REST is refused to strangers, with the way in and a problem document', async () => {
    const wrong: string[] = [];
    for (const { method, path, row } of await routes()) {
      for (const [name, authorization] of strangers) {
        const response = await status(method, path, authorization);
        const isRefused =
          response.status === 401 &&
          response.headers.get('www-authenticate')?.startsWith('Bearer') === true &&
          response.headers.get('content-type') === 'application/problem+json';
        const isOpen = row.on === 'everyone';
        if (isRefused === isOpen) wrong.push(`${method} ${path}, ${name}: ${response.status}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('over REST is open to tokens as docs/auth.md says', async () => {
    const wrong: string[] = [];
    for (const { method, path, row } of await routes()) {
      for (const kind of kinds) {
        const response = await status(method, path, `Bearer ${kind.token}`);
        const isRefused = response.status === 403 || response.status === 401;
        if (isRefused === isAllowed(row, kind)) wrong.push(`${method} ${path}, ${kind.name}: ${response.status}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('over GraphQL is refused to strangers, over HTTP and over WebSocket', async () => {
    for (const [, authorization] of strangers) {
      const headers = authorization === undefined ? {} : { authorization };
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
    for (const kind of kinds) {
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
        await until(() => after.events.length > 0, 'what was asked later is answered');
        const isRefused = JSON.stringify(heard.errors).includes('permission-denied');
        if (isRefused === isAllowed(row, kind))
          wrong.push(`${row.name}, ${kind.name}: ${JSON.stringify(heard.errors)}`);
      }
      await client.dispose();
    }
    expect(wrong).toEqual([]);
  });
});
