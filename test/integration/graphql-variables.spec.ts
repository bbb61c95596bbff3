import { once } from 'node:events';
import { WebSocket } from 'ws';
import { AuthModule } from '../../src/modules/auth/auth.module.js';
import { GraphqlModule } from '../../src/modules/graphql/graphql.module.js';
import { startIndex, type IndexFixture } from './support/index-fixture.js';

const LEVELS = 40_000;
const NESTED = `{"query":"{ __typename }","variables":{"a":${'['.repeat(LEVELS)}${']'.repeat(LEVELS)}}}`;

describe('GraphQL variables that are nested deeper than the stack', () => {
  let fixture: IndexFixture;
  let url: string;

  beforeAll(async () => {
    fixture = await startIndex({}, {}, [AuthModule, GraphqlModule]);
    url = `${await fixture.app.getUrl()}/graphql`;
  });

  afterAll(() => fixture[Symbol.asyncDispose]());

  it('are wrong over HTTP', async () => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', headers, body: NESTED });

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'input-invalid' } }] });
  });

  it('are wrong over a WebSocket, which goes on', async () => {
    const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
    const answerTo = async (message: string): Promise<unknown> => {
      socket.send(message);
      const [data] = (await once(socket, 'message')) as [Buffer];
      return JSON.parse(data.toString());
    };
    await once(socket, 'open');
    await answerTo('{"type":"connection_init"}');

    const refused = await answerTo(`{"id":"1","type":"subscribe","payload":${NESTED}}`);
    const next = await answerTo('{"id":"2","type":"subscribe","payload":{"query":"{ __typename }"}}');
    socket.close();

    expect(refused).toMatchObject({ id: '1', type: 'error', payload: [{ extensions: { code: 'input-invalid' } }] });
    expect(next).toMatchObject({ id: '2', type: 'next', payload: { data: { __typename: 'Query' } } });
  });
});
