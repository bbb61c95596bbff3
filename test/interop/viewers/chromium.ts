import { launchChromium } from '../../support/browser.js';
import { whyMissing } from '../../support/tools.js';
import { stopWatching, watch, watched } from '../../support/viewer.js';
import { pause } from '../../support/wait.js';
import type { InteropViewer } from '../viewer.js';

/** What a decoder may take for what it has, on a machine that has other things to do. */
const LIMIT_MS = 10_000;
const STEP_MS = 200;
/** On a busy machine its decoder leaves out what is late, which is no loss on the way: what came whole counts, once it has decoded so many. */
const SOME = 30;
/** Time for the decoder to keep up. */
const JITTER_BUFFER_MS = 2000;

/** Debian's Chromium: it has no decoder for H.265. */
export const chromiumViewer: InteropViewer = {
  name: 'Chromium',
  codecs: ['H264', 'VP8', 'VP9', 'AV1'],
  missing: () => whyMissing('chromium'),
  async watch({ whepUrl, codec }) {
    const url = new URL(whepUrl);
    const browser = await launchChromium();
    const page = await browser.newPage();
    await page.goto(url.origin);
    await watch(page, url.pathname.split('/').at(-1) ?? '', {
      kinds: ['video'],
      codec,
      jitterBufferMs: JITTER_BUFFER_MS,
    });
    return {
      async end(expected) {
        const deadline = performance.now() + LIMIT_MS;
        while ((await watched(page)).framesReceived < expected && performance.now() < deadline) await pause(STEP_MS);
        const { framesReceived, framesDecoded } = await watched(page);
        await stopWatching(page);
        return framesDecoded > SOME ? framesReceived : framesDecoded;
      },
      [Symbol.asyncDispose]: () => browser.close(),
    };
  },
};
