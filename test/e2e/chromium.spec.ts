import { environmentOf, otherCombination } from '../support/engine-combinations.js';
import { goLive, launchChromium, sendingBitrate } from '../support/browser.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { until } from '../support/wait.js';

describe('Chromium', () => {
  itWith('chromium')('is told how good the path is and rises above 1 Mbit/s within seconds', async () => {
    await using server = await TestServer.start({ env: environmentOf(otherCombination) });
    await using browser = await launchChromium();
    const page = await browser.newPage();
    await page.goto(server.url('/'));

    await goLive(page, 'cam', { picture: 'noise' });

    await until(async () => (await sendingBitrate(page, 1)) > 1_000_000, 'more than 1 Mbit/s is sent', 15_000);
    const [stream] = await server.get<{ id: string; publish: { sessions: { state: string }[] } }[]>('/api/streams/');
    expect(stream).toMatchObject({ id: 'cam', publish: { sessions: [{ state: 'connected' }] } });
  });
});
