import { resolve } from 'node:path';
import type * as Mediabunny from 'mediabunny';
import type { Page } from 'playwright-core';
import { addScript } from '../../support/browser.js';
import type { Period } from '../../support/judges/periods.js';

const MEDIABUNNY = resolve(__dirname, '../../../node_modules/mediabunny/dist/bundles/mediabunny.min.cjs');

interface PageWithMediabunny {
  readonly Mediabunny: typeof Mediabunny;
}

/** Decodes a Period with Chromium's own VideoDecoder. `page` is on the server's own origin. @returns number of pictures */
export async function decodeWithChromium(page: Page, period: Period): Promise<number> {
  await addScript(page, MEDIABUNNY);
  return page.evaluate(
    async (urls) => {
      const { ALL_FORMATS, BlobSource, Input, VideoSampleSink } = (globalThis as unknown as PageWithMediabunny)
        .Mediabunny;
      const parts = await Promise.all(urls.map(async (url) => (await fetch(url)).blob()));
      const input = new Input({ formats: ALL_FORMATS, source: new BlobSource(new Blob(parts)) });
      const track = await input.getPrimaryVideoTrack();
      if (track === null) throw new Error('No video track.');
      let pictures = 0;
      for await (const sample of new VideoSampleSink(track).samples()) {
        sample.close();
        pictures++;
      }
      return pictures;
    },
    [period.initUrl, ...period.segmentUrls],
  );
}
