import { goLive, launchChromium } from '../support/browser.js';
import { makeMedia } from '../support/media.js';
import { offer } from '../support/offer.js';
import { Publisher } from '../support/publisher.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { until } from '../support/wait.js';

const MOST_KBPS = 200;

describe('a node with limits', () => {
  itWith('chromium', 'ffmpeg')('keeps a browser below its bitrate, and sends away who does not listen', async () => {
    await using server = await TestServer.start({
      env: { AIRCHECK_LIMITS_PUBLISHER_KBPS: String(MOST_KBPS), AIRCHECK_LIMITS_PUBLISHERS: '2' },
    });
    const offerTo = (stream: string): Promise<Response> =>
      fetch(server.url(`/whip/${stream}`), {
        method: 'POST',
        headers: { 'content-type': 'application/sdp' },
        body: offer(),
      });
    await using browser = await launchChromium();
    const page = await browser.newPage();
    await page.goto(server.url('/'));
    await goLive(page, 'browser', { picture: 'noise' });
    const media = await makeMedia({ seconds: 10 });
    await using _loud = await Publisher.start('datachannel', { urls: [server.url('/whip/loud')], media, loops: 100 });

    const tooMany = await offerTo('third');
    await until(async () => (await offerTo('loud')).status === 429, 'it is sent away', 60_000);
    const refused = await offerTo('loud');
    const targetBps = await page.evaluate(async () => {
      const { peer } = (globalThis as unknown as { live: { peer: RTCPeerConnection } }).live;
      for (;;)
        for (const report of (await peer.getStats()).values() as Iterable<Record<string, unknown>>)
          if (report['kind'] === 'video' && Number(report['framesSent']) > 30) return Number(report['targetBitrate']);
    });

    expect([tooMany.status, await tooMany.json()]).toEqual([503, expect.objectContaining({ code: 'publisher-quota' })]);
    expect(Number(tooMany.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ code: 'bitrate-exceeded', status: 429 });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(targetBps).toBeLessThan(MOST_KBPS * 1000);
    expect((await offerTo('browser')).status).toBe(409);
    expect(await server.get('/api/record/loud')).toEqual({ recording: true });
  });
});
