import { goLive, hangUp, launchChromium } from '../support/browser.js';
import { StoredRecording, isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

interface Stream {
  readonly codecs: readonly { readonly codec: string; readonly recordable: boolean; readonly width?: number }[];
}

const stream = (server: TestServer): Promise<Stream> => server.get<Stream>('/api/streams/cam');

describe('VP8 of Chromium', () => {
  itWith('chromium')('is live, and every frame of the sound beside it is recorded', async () => {
    await using server = await TestServer.start();
    await using browser = await launchChromium();
    const page = await browser.newPage();
    await page.goto(server.url('/'));

    await goLive(page, 'cam', { codec: 'VP8' });
    const widthOfVp8 = async (): Promise<number | undefined> =>
      (await stream(server)).codecs.find(({ codec, recordable }) => codec === 'vp8' && !recordable)?.width;
    await until(async () => (await widthOfVp8()) !== undefined, 'the size of the picture is known');
    await page.getByText(/VP8 \d+×\d+ \d+ fps \(not recorded\)/).waitFor();
    await pause(3000);
    const sent = (await hangUp(page)).filter(({ kind }) => kind === 'audio').map(({ hash }) => hash);
    await until(() => isFinished(server, 'cam'), 'the recording is finished');

    const recording = await StoredRecording.of(server, 'cam');
    const kept = (await recording.samples('audio')).map(({ hash }) => hash);
    expect(kept).toEqual(sent);
    expect(await recording.segmentNames('video')).toEqual([]);
    const sessionFile = (await recording.names()).find((name) => name.startsWith('session_')) ?? '';
    expect(JSON.parse(await recording.text(sessionFile))).toMatchObject({
      unrecorded: [{ kind: 'video', codec: 'VP8', reason: 'unsupported-codec' }],
    });
    expect(server.log.match(/unsupported-codec/g)).toHaveLength(1);
  });

  itWith('chromium')('alone is live without a recording, and a POST is told why', async () => {
    await using server = await TestServer.start();
    await using browser = await launchChromium();
    const page = await browser.newPage();
    await page.goto(server.url('/'));

    await goLive(page, 'cam', { codec: 'VP8', picture: 'noise' });

    const response = await fetch(server.url('/api/record/cam'), { method: 'POST' });
    expect([response.status, await response.json()]).toEqual([
      422,
      expect.objectContaining({ code: 'unsupported-codec', stream: 'cam', codecs: 'VP8' }),
    ]);
    expect(await server.get('/api/record/cam')).toEqual({ recording: false });
    expect(await server.get('/api/playback/cam')).toEqual([]);
  });
});
