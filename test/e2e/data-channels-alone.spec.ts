import type { Browser } from 'playwright-core';
import { launchChromium, openPage } from '../support/browser.js';
import { DatachannelTalker } from '../support/datachannel-talker.js';
import { TestServer } from '../support/server.js';
import { heardBy, say, talk, type Heard } from '../support/talker.js';
import { describeWith } from '../support/tools.js';
import { until } from '../support/wait.js';

const LARGE = Array.from({ length: 60_000 }, (_, index) => index % 251);

interface StreamRow {
  readonly codecs: readonly unknown[];
  readonly publish: { readonly sessions: readonly { readonly state: string; readonly hasDataChannel: boolean }[] };
}

async function hears(heard: () => readonly Heard[] | Promise<readonly Heard[]>, wanted: Heard): Promise<void> {
  await until(async () => (await heard()).length > 0, 'it came');
  expect(await heard()).toEqual([wanted]);
}

describe.each([
  { what: 'beside media', isDataOnly: false },
  { what: 'without media', isDataOnly: true },
])('data channels of libdatachannel $what', ({ isDataOnly }) => {
  it('carry texts and bytes both ways, whole and in order', async () => {
    await using server = await TestServer.start();
    const channels = { chat: {}, news: { unordered: true, maxRetransmits: 0 } };
    await using publisher = await DatachannelTalker.start({ url: server.url('/whip/cam'), channels, isDataOnly });
    await using viewer = await DatachannelTalker.start({ url: server.url('/whep/cam'), channels, isDataOnly });
    const wanted: Heard[] = [{ label: 'chat', content: LARGE }];
    for (let number = 0; number < 50; number += 1) wanted.push({ label: 'chat', content: `message ${number}` });

    for (const { label, content } of wanted) publisher.say(label, content);
    await until(() => viewer.heard.length === wanted.length, 'all came');
    expect(viewer.heard).toEqual(wanted);
    viewer.say('news', 'from a viewer');
    await hears(() => publisher.heard, { label: 'news', content: 'from a viewer' });

    const [row] = await server.get<StreamRow[]>('/api/streams/');
    expect(row?.publish.sessions).toEqual([expect.objectContaining({ state: 'connected', hasDataChannel: true })]);
    expect(row?.codecs).toHaveLength(isDataOnly ? 0 : 1);
    if (!isDataOnly) return;
    expect(await server.get('/api/record/cam')).toEqual({ recording: false });
    expect(server.log).not.toContain('unsupported-codec');
  });
});

describeWith('chromium')('data channels without media', () => {
  let browser: Browser & AsyncDisposable;

  beforeAll(async () => {
    browser = await launchChromium();
  });

  afterAll(() => browser[Symbol.asyncDispose]());

  it('connect Chromium and libdatachannel, whoever of them publishes', async () => {
    await using server = await TestServer.start();
    const [publisher, viewer] = [await openPage(browser, server), await openPage(browser, server)];
    await talk(publisher, '/whip/browser', { chat: {} }, { isDataOnly: true });
    await talk(viewer, '/whep/other', { chat: {} }, { isDataOnly: true });
    const common = { channels: { chat: {} }, isDataOnly: true };
    await using watches = await DatachannelTalker.start({ url: server.url('/whep/browser'), ...common });
    await using publishes = await DatachannelTalker.start({ url: server.url('/whip/other'), ...common });

    await say(publisher, 'chat', 'from Chromium');
    publishes.say('chat', LARGE);
    await hears(() => watches.heard, { label: 'chat', content: 'from Chromium' });
    await hears(() => heardBy(viewer), { label: 'chat', content: LARGE });
    watches.say('chat', 'back');
    await say(viewer, 'chat', [1, 2, 3]);
    await hears(() => heardBy(publisher), { label: 'chat', content: 'back' });
    await hears(() => publishes.heard, { label: 'chat', content: [1, 2, 3] });
    await Promise.all([publisher, viewer].map((page) => page.close()));
  });
});
