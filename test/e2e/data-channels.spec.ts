import type { Browser, Page } from 'playwright-core';
import { launchChromium, openPage } from '../support/browser.js';
import { TestServer } from '../support/server.js';
import { channelState, flood, framesOf, heardBy, say, talk, type Heard } from '../support/talker.js';
import { describeWith } from '../support/tools.js';
import { freeUdpPort, openUdp } from '../support/udp-end.js';
import { until } from '../support/wait.js';

interface StreamRow {
  readonly id: string;
  readonly publish: { readonly sessions: readonly { readonly hasDataChannel: boolean }[] };
  readonly subscribe: { readonly sessions: readonly { readonly hasDataChannel: boolean }[] };
}

describeWith('chromium')('data channels of Chromium', () => {
  let browser: Browser & AsyncDisposable;

  beforeAll(async () => {
    browser = await launchChromium();
  });

  afterAll(() => browser[Symbol.asyncDispose]());

  const heard = (page: Page, wanted: readonly Heard[]): Promise<void> =>
    until(async () => {
      expect(await heardBy(page)).toEqual(wanted);
      return true;
    }, 'all came, and nothing else');

  it('carry texts and bytes by label from the publisher to all viewers, and from a viewer to the publisher', async () => {
    await using server = await TestServer.start();
    const [publisher, one, other] = [
      await openPage(browser, server),
      await openPage(browser, server),
      await openPage(browser, server),
    ];
    await talk(publisher, '/whip/cam', { chat: {}, news: { ordered: false, maxRetransmits: 0 } });
    await talk(one, '/whep/cam', { chat: {}, news: {} });
    await talk(other, '/whep/cam', { chat: {} });
    const large = Array.from({ length: 60_000 }, (_, index) => index % 251);

    await say(publisher, 'chat', 'hello');
    await say(publisher, 'chat', large);
    await say(publisher, 'chat', '');
    await say(publisher, 'news', 'today');
    const chat = [
      { label: 'chat', content: 'hello' },
      { label: 'chat', content: large },
      { label: 'chat', content: '' },
    ];
    await until(async () => (await heardBy(one)).length === 4, 'all came');
    expect(await heardBy(one)).toEqual(expect.arrayContaining([...chat, { label: 'news', content: 'today' }]));
    await heard(other, chat);

    await say(one, 'chat', 'hi');
    await say(other, 'chat', [1, 2, 3]);
    await until(async () => (await heardBy(publisher)).length === 2, 'both came');
    expect(await heardBy(publisher)).toEqual(
      expect.arrayContaining([
        { label: 'chat', content: 'hi' },
        { label: 'chat', content: [1, 2, 3] },
      ]),
    );
    await heard(other, chat);
    const [row] = await server.get<StreamRow[]>('/api/streams/');
    expect(row).toMatchObject({
      publish: { sessions: [{ hasDataChannel: true }] },
      subscribe: { sessions: [{ hasDataChannel: true }, { hasDataChannel: true }] },
    });
    await until(async () => (await framesOf(one)) > 10, 'the picture is there too');
    await Promise.all([publisher, one, other].map((page) => page.close()));
  });

  it('reach each other without a common label, as those of live777 do, and a publisher that comes later', async () => {
    await using server = await TestServer.start();
    const [viewer, publisher] = [await openPage(browser, server), await openPage(browser, server)];
    await talk(viewer, '/whep/cam', { control: {} });
    await talk(publisher, '/whip/cam', { '': {} });

    await say(publisher, '', 'there?');
    await heard(viewer, [{ label: 'control', content: 'there?' }]);
    await say(viewer, 'control', 'here');
    await heard(publisher, [{ label: '', content: 'here' }]);
    await Promise.all([publisher, viewer].map((page) => page.close()));
  });

  it('are closed for who floods, and for nobody else, and his media goes on', async () => {
    await using server = await TestServer.start({
      env: { AIRCHECK_LIMITS_DATA_MESSAGES_PER_SECOND: '50', AIRCHECK_RECORDER_AUTO_STREAMS: '' },
    });
    const [publisher, good, bad] = [
      await openPage(browser, server),
      await openPage(browser, server),
      await openPage(browser, server),
    ];
    await talk(publisher, '/whip/cam', { chat: {} });
    await talk(good, '/whep/cam', { chat: {} });
    await talk(bad, '/whep/cam', { chat: {} });

    await flood(bad, 'chat', 'spam', 300);
    await until(async () => (await channelState(bad, 'chat')) === 'closed', 'who floods has no channel any more');
    const frames = await framesOf(bad);
    await say(publisher, 'chat', 'calm');
    await heard(good, [{ label: 'chat', content: 'calm' }]);
    await until(async () => (await framesOf(bad)) > frames + 20, 'his pictures go on');
    expect((await heardBy(publisher)).length).toBeLessThan(200);
    expect(server.log).toContain('A session has lost its data channels.');
    const metrics = await (await fetch(server.url('/metrics'))).text();
    expect(metrics).toMatch(/^aircheck_data_sessions_ended_total 1$/m);
    await Promise.all([publisher, good, bad].map((page) => page.close()));
  });

  it("go on by UDP at the stream's `channel`, as live777 has it", async () => {
    const listen = await freeUdpPort();
    const target = await openUdp();
    await using server = await TestServer.start({
      env: {
        AIRCHECK_STREAM: JSON.stringify({
          cam: { channel: { listen: `127.0.0.1:${listen}`, target: `127.0.0.1:${target.port}` } },
        }),
      },
    });
    const [one, other] = [await openPage(browser, server), await openPage(browser, server)];
    await talk(one, '/whep/cam', { '': {} });
    await talk(other, '/whep/cam', { control: {} });

    target.socket.send('from outside', listen, '127.0.0.1');
    const content = [...Buffer.from('from outside')];
    await heard(one, [{ label: '', content }]);
    await heard(other, [{ label: 'control', content }]);
    await say(one, '', 'from a viewer');
    await until(() => target.heard.includes('from a viewer'), 'it came by UDP');
    target.socket.close();
    await Promise.all([one, other].map((page) => page.close()));
  });
});
