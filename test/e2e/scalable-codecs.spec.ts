import { connectionReport, goLive, hangUp, launchChromium } from '../support/browser.js';
import { decodedSizes } from '../support/judges/ffmpeg.js';
import { StoredRecording, isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

const WIDTH = 640;
const WHOLE = `${String(WIDTH)}x480`;

/** FFmpeg's own VP9 decoder shows every layer of a picture, as a picture: docs/adr/0014. */
const DECODERS = { AV1: 'libdav1d', VP9: 'libvpx-vp9' } as const;

describe('a publisher with layers in one stream', () => {
  itWith('chromium', 'ffmpeg').each([
    ['AV1', 'L1T3'],
    ['AV1', 'L2T1'],
    ['VP9', 'L3T3'],
  ] as const)(
    'is recorded so that every picture is shown, at its full size where that was sent: %s %s',
    async (codec, scalabilityMode) => {
      await using server = await TestServer.start();
      await using browser = await launchChromium();
      const page = await browser.newPage();
      await page.goto(server.url('/'));

      const encoding: RTCRtpEncodingParameters & { scalabilityMode: string } = { active: true, scalabilityMode };
      await goLive(page, 'cam', { codec, encodings: [encoding] });
      // When that is depends on what the machine has left for the encoder, and on the bitrate that it has found.
      const isWhole = async (): Promise<boolean> => (await connectionReport(page)).frameWidth === WIDTH;
      await until(isWhole, 'a picture of full size is encoded', 60_000);
      await pause(6000);
      await hangUp(page);
      await until(() => isFinished(server, 'cam'), 'the recording is finished');

      const recording = await StoredRecording.of(server, 'cam');
      const samples = await recording.samples('video');
      const playlist = recording.entry.mpd_path.replace('manifest.mpd', 'video.m3u8');
      const sizes = await decodedSizes(server.url(`/api/record/object/${playlist}`), DECODERS[codec]);
      expect(samples.length).toBeGreaterThan(60);
      expect(sizes).toHaveLength(samples.length);
      expect(sizes).toContain(WHOLE);
    },
  );
});
