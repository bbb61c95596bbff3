import { goLive, launchChromium } from '../support/browser.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { watch, watched } from '../support/viewer.js';
import { until } from '../support/wait.js';

describe('WHEP', () => {
  itWith('chromium')('shows picture and sound of a browser in another one', async () => {
    await using server = await TestServer.start();
    await using browser = await launchChromium();
    const [publisher, viewer] = [await browser.newPage(), await browser.newPage()];
    await publisher.goto(server.url('/'));
    await viewer.goto(server.url('/'));

    await goLive(publisher, 'cam');
    await watch(viewer, 'cam');

    await until(async () => (await watched(viewer)).framesDecoded > 60, 'two seconds are decoded', 20_000);
    const report = await watched(viewer);
    expect(report).toMatchObject({ codec: 'video/H264', framesDropped: 0 });
    expect(report.audioSamples).toBeGreaterThan(48_000);
  });
});
