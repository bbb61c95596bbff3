import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import type * as Mediabunny from 'mediabunny';
import type { Page } from 'playwright-core';
import type { Period } from '../../support/judges/periods.js';

const run = promisify(execFile);
const MEDIABUNNY = resolve(__dirname, '../../../node_modules/mediabunny/dist/bundles/mediabunny.min.cjs');

export interface DecodedByFfmpeg {
  /** What lies in the file. */
  readonly packets: number;
  readonly frames: number;
  /** Everything FFmpeg said, empty when it had nothing to complain of. */
  readonly complaints: string;
}

/** Reads and decodes every packet of a file with one track. */
export async function decodeWithFfmpeg(path: string): Promise<DecodedByFfmpeg> {
  const entries = 'stream=nb_read_packets,nb_read_frames';
  const args = ['-v', 'warning', '-count_packets', '-count_frames', '-show_entries', entries, '-of', 'json', path];
  const { stdout, stderr } = await run('ffprobe', args, { maxBuffer: 16 << 20 });
  const { streams } = JSON.parse(stdout) as { streams: { nb_read_packets: string; nb_read_frames: string }[] };
  const [stream] = streams;
  return { packets: Number(stream?.nb_read_packets), frames: Number(stream?.nb_read_frames), complaints: stderr };
}

interface PageWithMediabunny {
  readonly Mediabunny: typeof Mediabunny;
}

/** Decodes a Period with Chromium's own VideoDecoder. `page` is on the server's own origin. @returns number of pictures */
export async function decodeWithChromium(page: Page, period: Period): Promise<number> {
  await page.addScriptTag({ path: MEDIABUNNY });
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
