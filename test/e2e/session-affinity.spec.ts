import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { AffinityProxy, type Affinity } from '../support/network/affinity-proxy.js';
import { offer } from '../support/offer.js';
import '../support/second-try.js';
import { TestServer } from '../support/server.js';
import { until } from '../support/wait.js';

const SDP = { 'content-type': 'application/sdp' };
const FRAGMENT = { 'content-type': 'application/trickle-ice-sdpfrag' };
const TRICKLED =
  'a=ice-ufrag:4ZcD\r\na=ice-pwd:2/1muCWoOi3uLifh0NuRHlit\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n';

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A client with an address of its own, and with the cookies that it was given if it keeps any. */
class Client {
  private cookie = '';

  constructor(
    private readonly proxy: AffinityProxy,
    private readonly localAddress: string,
    private readonly keepsCookies: boolean,
  ) {}

  async send(method: string, path: string, headers: Record<string, string> = {}, body = ''): Promise<Answer> {
    const cookie = this.cookie === '' ? {} : { cookie: this.cookie };
    const options = { method, localAddress: this.localAddress, agent: false, headers: { ...headers, ...cookie } };
    const outgoing = request(this.proxy.url(path), options);
    outgoing.end(body);
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    if (this.keepsCookies) this.cookie = answer.headers['set-cookie']?.[0]?.split(';')[0] ?? this.cookie;
    return { status: answer.statusCode ?? 0, headers: answer.headers, body: await text(answer) };
  }

  /** @returns the session's path */
  async publish(stream: string): Promise<string> {
    const { status, headers } = await this.send('POST', `/whip/${stream}`, SDP, offer());
    expect(status).toBe(201);
    return headers.location ?? '';
  }

  async trickle(session: string): Promise<number> {
    return (await this.send('PATCH', session, FRAGMENT, TRICKLED)).status;
  }
}

describe('two nodes behind one address', () => {
  let nodes: readonly TestServer[];
  beforeAll(async () => {
    nodes = await Promise.all([TestServer.start(), TestServer.start()]);
  });
  afterAll(() => Promise.all(nodes.map((node) => node[Symbol.asyncDispose]())));

  const open = (affinity: Affinity): Promise<AffinityProxy> =>
    AffinityProxy.open(
      nodes.map((node) => node.url('/')),
      affinity,
    );
  const publishersOf = async (node: TestServer | undefined, stream: string): Promise<number> => {
    const streams =
      (await node?.get<{ id: string; publish: { sessions: { state: string }[] } }[]>('/api/streams/')) ?? [];
    return (
      streams.find(({ id }) => id === stream)?.publish.sessions.filter(({ state }) => state !== 'closed').length ?? 0
    );
  };

  it.each<[Affinity, string, boolean]>([
    ['address', 'program', false],
    ['cookie', 'browser', true],
  ])('have all requests of a session where clients are known by %s: a %s', async (affinity, kind, keepsCookies) => {
    await using proxy = await open(affinity);

    for (const [place, address] of ['127.0.0.2', '127.0.0.3'].entries()) {
      const client = new Client(proxy, address, keepsCookies);
      const stream = `${kind}-${String(place)}`;
      const session = await client.publish(stream);
      expect(await publishersOf(nodes[place], stream)).toBe(1);
      expect(await client.trickle(session)).toBe(204);
      expect((await client.send('DELETE', session)).status).toBe(204);
      await until(async () => (await publishersOf(nodes[place], stream)) === 0, 'the session has ended');
    }
  });

  it('say of a session of the other that they do not have it, and leave it as it is', async () => {
    await using proxy = await open('nothing');
    const client = new Client(proxy, '127.0.0.2', false);

    const session = await client.publish('lost');
    const refused = await client.send('DELETE', session);

    expect(refused.status).toBe(404);
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'session-not-found' });
    expect(await publishersOf(nodes[0], 'lost')).toBe(1);
    // Its turn again: who comes back to the node ends the session.
    expect((await client.send('DELETE', session)).status).toBe(204);
  });
});
