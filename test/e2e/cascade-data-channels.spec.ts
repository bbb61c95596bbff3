import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { launchChromium, openPage } from '../support/browser.js';
import { DatachannelTalker } from '../support/datachannel-talker.js';
import { TestServer } from '../support/server.js';
import { framesOf, heardBy, say, talk, type Heard } from '../support/talker.js';
import { itWith } from '../support/tools.js';
import { freeUdpPort, openUdp } from '../support/udp-end.js';
import { until } from '../support/wait.js';

const withChromium = itWith('chromium');
const env = { AIRCHECK_CASCADE_ALLOWED_NETWORKS: '127.0.0.1', AIRCHECK_RECORDER_AUTO_STREAMS: '' };
const LARGE = Array.from({ length: 60_000 }, (_, index) => index % 251);

interface StreamRow {
  readonly publish: { readonly sessions: readonly { readonly state: string; readonly hasDataChannel: boolean }[] };
}

async function cascade(server: TestServer, stream: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const path = server.url(`/api/cascade/${stream}`);
  const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
  expect([response.status, await response.text()]).toEqual([200, '']);
}

async function isPublished(server: TestServer, stream: string): Promise<boolean> {
  const { publish } = await server.get<StreamRow>(`/api/streams/${stream}`);
  return publish.sessions[0]?.state === 'connected';
}

/** What is said again and again until something of it is heard: channels between servers open after the servers are connected. */
async function arrives(speak: () => unknown, heard: () => Promise<readonly Heard[]> | readonly Heard[]): Promise<void> {
  await until(async () => {
    await speak();
    return (await heard()).length > 0;
  }, 'the servers pass on what is said');
}

/** Stands before a server, and answers offers that have data channels by `answer`. */
async function standBefore(
  server: TestServer,
  answer: (passOn: (body: string) => Promise<Response>, offer: string) => Promise<Response>,
): Promise<{ url: string; web: Server }> {
  const web = createServer((request, response) => {
    void (async () => {
      let offer = '';
      for await (const chunk of request) offer += String(chunk);
      const passOn = (body: string): Promise<Response> =>
        fetch(server.url(request.url ?? ''), {
          method: request.method ?? '',
          headers: { 'content-type': 'application/sdp' },
          body,
        });
      const answered = offer.includes('m=application') ? await answer(passOn, offer) : await passOn(offer);
      const location = answered.headers.get('location');
      response.writeHead(answered.status, location === null ? {} : { location }).end(await answered.text());
    })();
  }).listen(0, '127.0.0.1');
  await once(web, 'listening');
  return { url: `http://127.0.0.1:${(web.address() as AddressInfo).port}`, web };
}

describe('data channels between servers', () => {
  withChromium('carry by label what Chromium and libdatachannel say, by a pull and a push behind it', async () => {
    await using browser = await launchChromium();
    await using origin = await TestServer.start({ env });
    await using middle = await TestServer.start({ env });
    await using edge = await TestServer.start({ env });
    const publisher = await openPage(browser, origin);
    await talk(publisher, '/whip/cam', { chat: {}, news: { ordered: false, maxRetransmits: 0 } });
    await cascade(middle, 'cam', { sourceUrl: origin.url('/whep/cam') });
    await until(() => isPublished(middle, 'cam'), 'the first two are connected');
    await cascade(middle, 'cam', { targetUrl: edge.url('/whip/cam') });
    await until(() => isPublished(edge, 'cam'), 'all are connected');
    const viewer = await openPage(browser, edge);
    await talk(viewer, '/whep/cam', { chat: {}, news: {} });
    await using other = await DatachannelTalker.start({ url: middle.url('/whep/cam'), channels: { chat: {} } });
    await using stranger = await DatachannelTalker.start({ url: edge.url('/whep/cam'), channels: { control: {} } });
    await arrives(
      () => say(viewer, 'news', 'there?'),
      () => heardBy(publisher),
    );
    await arrives(
      () => other.say('chat', 'there?'),
      async () => (await heardBy(publisher)).filter(({ label }) => label === 'chat'),
    );

    const chat: Heard[] = [{ label: 'chat', content: LARGE }];
    for (let number = 0; number < 20; number += 1) chat.push({ label: 'chat', content: `message ${number}` });
    for (const { label, content } of chat) await say(publisher, label, content);
    await say(publisher, 'news', 'today');
    await until(async () => (await heardBy(viewer)).length > chat.length, 'all came at the edge');
    await until(() => stranger.heard.length > chat.length, 'all came without a common label');

    expect((await heardBy(viewer)).filter(({ label }) => label === 'chat')).toEqual(chat);
    expect((await heardBy(viewer)).filter(({ label }) => label === 'news')).toEqual([
      { label: 'news', content: 'today' },
    ]);
    expect(other.heard).toEqual(chat);
    const unnamed = chat.map(({ content }) => ({ label: 'control', content }));
    expect(stranger.heard).toEqual(expect.arrayContaining([...unnamed, { label: 'control', content: 'today' }]));
    expect(stranger.heard).toHaveLength(chat.length + 1);
    const before = (await heardBy(publisher)).length;
    stranger.say('control', 'from afar');
    await until(async () => (await heardBy(publisher)).length === before + 2, 'it came on both channels');
    const row = await edge.get<StreamRow>('/api/streams/cam');
    expect(row.publish.sessions[0]?.hasDataChannel).toBe(true);
    await until(async () => (await framesOf(viewer)) > 10, 'the picture is there too');
  });

  it('are all that is pushed of a stream without media, and go to a publisher who comes later', async () => {
    await using origin = await TestServer.start({ env });
    await using edge = await TestServer.start({ env });
    const common = { channels: { chat: {} }, isDataOnly: true };
    await cascade(edge, 'cam', { sourceUrl: origin.url('/whep/cam') });
    await using first = await DatachannelTalker.start({ url: origin.url('/whip/cam'), ...common });
    await cascade(origin, 'cam', { targetUrl: edge.url('/whip/copy') });
    await using pulled = await DatachannelTalker.start({ url: edge.url('/whep/cam'), ...common });
    await using pushed = await DatachannelTalker.start({ url: edge.url('/whep/copy'), ...common });

    await arrives(
      () => first.say('chat', 'hello'),
      () => pulled.heard,
    );
    await arrives(
      () => first.say('chat', 'hello'),
      () => pushed.heard,
    );
    pulled.say('chat', 'from a viewer');
    pushed.say('chat', 'from another one');
    await until(() => first.heard.length === 2, 'both came');

    expect(first.heard).toEqual(
      expect.arrayContaining([
        { label: 'chat', content: 'from a viewer' },
        { label: 'chat', content: 'from another one' },
      ]),
    );
  });

  it("are what a stream's `channel` speaks and hears on another server, without any of the publisher", async () => {
    const listen = await freeUdpPort();
    const target = await openUdp();
    const channel = { listen: `127.0.0.1:${listen}`, target: `127.0.0.1:${target.port}` };
    await using origin = await TestServer.start({
      env: { ...env, AIRCHECK_STREAM: JSON.stringify({ cam: { channel } }) },
    });
    await using edge = await TestServer.start({ env });
    await using _publisher = await DatachannelTalker.start({ url: origin.url('/whip/cam'), channels: {} });
    await cascade(origin, 'cam', { targetUrl: edge.url('/whip/pushed') });
    await cascade(edge, 'pulled', { sourceUrl: origin.url('/whep/cam') });
    await using pushed = await DatachannelTalker.start({ url: edge.url('/whep/pushed'), channels: { chat: {} } });
    await using pulled = await DatachannelTalker.start({ url: edge.url('/whep/pulled'), channels: { chat: {} } });

    for (const viewer of [pushed, pulled])
      await arrives(
        () => target.socket.send('from outside', listen, '127.0.0.1'),
        () => viewer.heard,
      );
    expect(pulled.heard[0]).toEqual({ label: 'chat', content: [...Buffer.from('from outside')] });
    pushed.say('chat', 'one');
    pulled.say('chat', 'other');
    await until(() => target.heard.length === 2, 'both came by UDP');
    expect(target.heard.toSorted()).toEqual(['one', 'other']);
    target.socket.close();
  });

  it.each([
    ['takes no offer that has them', () => Promise.resolve(new Response('no', { status: 400 }))],
    [
      'refuses their m-line',
      async (passOn: (body: string) => Promise<Response>, offer: string) => {
        const response = await passOn(offer);
        const answer = (await response.text()).replace(/m=application \d+/, 'm=application 0').replace(/ data\r/, '\r');
        return new Response(answer, response);
      },
    ],
  ])('are none with a server that %s, which is connected all the same', async (_what, answer) => {
    await using origin = await TestServer.start({ env });
    await using edge = await TestServer.start({ env });
    const { url, web } = await standBefore(origin, answer);
    try {
      await using _publisher = await DatachannelTalker.start({ url: origin.url('/whip/cam'), channels: { chat: {} } });
      await cascade(edge, 'pulled', { sourceUrl: `${url}/whep/cam` });
      await cascade(origin, 'cam', { targetUrl: edge.url('/whip/pushed') });
      await until(() => isPublished(edge, 'pulled'), 'the servers are connected');
      const { publish } = await edge.get<StreamRow>('/api/streams/pulled');

      expect(publish.sessions).toEqual([expect.objectContaining({ hasDataChannel: false })]);
    } finally {
      web.close();
    }
  });
});
