import { goLive, hangUp, launchChromium } from '../support/browser.js';
import { decodeErrors, probe } from '../support/judges/ffmpeg.js';
import { StoredRecording, isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { decodeErrorsOfPeriods } from '../support/stored-periods.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

const NAMES = { VP9: 'vp9', AV1: 'av1' } as const;

describe('a publisher that offers another video codec only', () => {
  for (const codec of ['VP9', 'AV1'] as const) {
    itWith('chromium', 'ffmpeg')(`is recorded whole and decoded by FFmpeg: ${codec} of Chromium`, async () => {
      await using server = await TestServer.start();
      await using browser = await launchChromium();
      const page = await browser.newPage();
      await page.goto(server.url('/'));

      await goLive(page, 'cam', { codec });
      await pause(8000);
      const pictures = (await hangUp(page)).filter(({ kind }) => kind === 'video');
      await until(() => isFinished(server, 'cam'), 'the recording is finished');

      const recording = await StoredRecording.of(server, 'cam');
      const playlist = server.url(
        `/api/record/object/${recording.entry.mpd_path.replace('manifest.mpd', 'index.m3u8')}`,
      );
      const video = (await probe(playlist)).streams.find(({ codec_type: type }) => type === 'video');
      expect(video?.codec_name).toBe(NAMES[codec]);
      expect(Number(video?.nb_read_packets)).toBe(pictures.length);
      expect(await decodeErrors(playlist)).toBe('');
      expect(await decodeErrorsOfPeriods(server, 'cam')).toBe('');
    });
  }
});
