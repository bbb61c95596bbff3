import { environmentOf, otherCombination } from '../support/engine-combinations.js';
import { goLive, launchChromium, sendingBitrate } from '../support/browser.js';
import { probe } from '../support/judges/ffmpeg.js';
import { isFinished, type PlaybackEntry } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { itWith } from '../support/tools.js';
import { watched } from '../support/viewer.js';
import { until } from '../support/wait.js';
import { publishWithClient, stopClient, watchWithClient } from '../support/whip-whep.js';

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

  itWith('chromium', 'ffmpeg')('publishes, watches and stops by the client of the users of live777', async () => {
    await using server = await TestServer.start();
    await using browser = await launchChromium();
    const [publisher, viewer] = [await browser.newPage(), await browser.newPage()];
    await Promise.all([publisher, viewer].map((page) => page.goto(server.url('/'))));

    await publishWithClient(publisher, 'cam');
    await watchWithClient(viewer, 'cam', ['video', 'audio']);
    await until(async () => (await watched(viewer)).framesDecoded > 60, 'two seconds are seen');
    expect((await watched(viewer)).audioSamples).toBeGreaterThan(48_000);
    await stopClient(publisher);

    await until(() => isFinished(server, 'cam'), 'the recording ends with the goodbye');
    const [entry] = await server.get<PlaybackEntry[]>('/api/playback/cam');
    const { streams } = await probe(server.url(`/api/record/object/${entry?.mpd_path ?? ''}`));
    expect(streams.map(({ codec_type }) => codec_type).sort()).toEqual(['audio', 'video']);
    const packets = Number(streams.find(({ codec_type }) => codec_type === 'video')?.nb_read_packets);
    expect(packets).toBeGreaterThan((await watched(viewer)).framesDecoded - 1);
  });
});
