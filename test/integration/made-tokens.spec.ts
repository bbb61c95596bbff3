import { once } from 'node:events';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { AuthModule } from '../../src/modules/auth/auth.module.js';
import { RevokedTokens } from '../../src/modules/auth/tokens/revoked-tokens.js';
import { inSeconds, streamToken } from '../../src/modules/auth/testing/json-web-token.js';
import { GraphqlModule } from '../../src/modules/graphql/graphql.module.js';
import { until } from '../support/wait.js';
import { startIndex, type IndexFixture } from './support/index-fixture.js';

const SECRET = 'a-secret-of-tests-with-32-bytes!';
const CONTROL = 1;
const ALL = 7;

interface Claims {
  readonly exp: number;
  readonly mode: number;
}

function claimsOf(token: string): Claims {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Claims;
}

describe('a token that a token makes', () => {
  let fixture: IndexFixture;
  let url: string;

  beforeAll(async () => {
    const env = { AIRCHECK_AUTH_SECRET: SECRET, AIRCHECK_AUTH_CLOCK_LEEWAY_SECONDS: '0' };
    fixture = await startIndex(env, {}, [AuthModule, GraphqlModule]);
    url = await fixture.app.getUrl();
  });

  afterAll(() => fixture[Symbol.asyncDispose]());

  async function post(path: string, token: string, body: object): Promise<{ status: number; body: unknown }> {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as unknown };
  }

  const wanted = { id: 'cam', duration: 3600, subscribe: false, publish: false, admin: true };

  it('ends with it', async () => {
    const exp = inSeconds(20);
    const maker = streamToken(SECRET, { id: '*', mode: CONTROL, exp });

    const rest = await post('/api/token', maker, wanted);
    const query =
      'mutation { createToken(input: { stream: "cam", durationSeconds: 3600, admin: true }) { accessToken expiresAt } }';
    const graphql = await post('/graphql', maker, { query });

    expect(claimsOf((rest.body as { access_token: string }).access_token)).toMatchObject({ exp, mode: CONTROL });
    const { accessToken, expiresAt } = (
      graphql.body as { data: { createToken: { accessToken: string; expiresAt: string } } }
    ).data.createToken;
    expect(claimsOf(accessToken)).toMatchObject({ exp, mode: CONTROL });
    expect(Date.parse(expiresAt)).toBe(exp * 1000);
  });

  it('may do nothing that the maker may not', async () => {
    const maker = streamToken(SECRET, { id: '*', mode: CONTROL });

    for (const more of [{ subscribe: true }, { publish: true }]) {
      expect(await post('/api/token', maker, { ...wanted, ...more })).toMatchObject({
        status: 403,
        body: { code: 'permission-denied' },
      });
    }
    const query = 'mutation { createToken(input: { stream: "cam", durationSeconds: 60, publish: true }) { id } }';
    expect(await post('/graphql', maker, { query })).toMatchObject({
      body: { errors: [{ extensions: { code: 'permission-denied', right: 'publish' } }] },
    });
  });

  it('is found by its id in what was written down', async () => {
    const maker = streamToken(SECRET, { id: '*', mode: ALL });
    const query = 'mutation { createToken(input: { stream: "door", durationSeconds: 60, publish: true }) { id } }';
    const rest = (await post('/api/token', maker, wanted)).body as { readonly id: string };
    const graphql = (await post('/graphql', maker, { query })).body as { data: { createToken: { id: string } } };

    const written = async (): Promise<unknown[]> => {
      const headers = { authorization: `Bearer ${maker}` };
      const answer = await fetch(`${url}/api/v1/audit?event=token-created`, { headers });
      const { events } = (await answer.json()) as { events: { stream: string; subject: string }[] };
      return events.map(({ stream, subject }) => [stream, subject]);
    };
    await until(async () => (await written()).length >= 2, 'both are written down');
    expect(await written()).toEqual(
      expect.arrayContaining([
        ['cam', rest.id],
        ['door', graphql.data.createToken.id],
      ]),
    );
    expect(claimsOf((rest as unknown as { access_token: string }).access_token)).toMatchObject({ jti: rest.id });
  });

  it('is not for longer than ten years', async () => {
    const maker = streamToken(SECRET, { id: '*', mode: ALL });

    expect(await post('/api/token', maker, { ...wanted, duration: 315_576_001 })).toMatchObject({ status: 400 });
  });

  it('is made by no connection whose token was revoked', async () => {
    const jti = `${String(inSeconds(60))}-12345678-1234-1234-1234-123456789012`;
    const client = createClient({
      url: url.replace('http', 'ws') + '/graphql',
      webSocketImpl: WebSocket,
      lazy: false,
      retryAttempts: 0,
      connectionParams: { authorization: `Bearer ${streamToken(SECRET, { id: '*', mode: ALL, jti })}` },
    });
    const query = 'mutation { createToken(input: { stream: "cam", durationSeconds: 60, publish: true }) { id } }';
    const first = await client.iterate({ query }).next();
    await fixture.app.get(RevokedTokens).add(jti, new Date(inSeconds(60) * 1000));

    const second = await client
      .iterate({ query })
      .next()
      .then(
        ({ value }) => value as unknown,
        (error: unknown) => error,
      );
    await client.dispose();

    expect((first.value as { errors?: unknown }).errors).toBe(undefined);
    expect(second).toMatchObject([{ extensions: { code: 'token-invalid' } }]);
  });

  it('closes the connection when its time is over', async () => {
    const authorization = `Bearer ${streamToken(SECRET, { id: '*', mode: ALL, exp: inSeconds(5) })}`;
    const socket = new WebSocket(url.replace('http', 'ws') + '/graphql', 'graphql-transport-ws', {
      headers: { authorization },
    });
    await once(socket, 'open');
    const answered = once(socket, 'message');
    const closed = once(socket, 'close');
    socket.send('{"type":"connection_init"}');

    expect(String((await answered)[0])).toContain('connection_ack');
    expect((await closed)[0]).toBe(4401);
  });
});
