import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import type { Page } from 'playwright-core';
import { type SentFrame, connectionReport, goLive, hangUp, launchChromium } from '../support/browser.js';
import { freePort } from '../support/listening.js';
import { NetworkWithoutUdp } from '../support/network/network-without-udp.js';
import { StoredRecording, isFinished } from '../support/recording.js';
import { TestServer } from '../support/server.js';
import { decodeErrorsOfPeriods } from '../support/stored-periods.js';
import { itWith } from '../support/tools.js';
import { pause, until } from '../support/wait.js';

const LENGTH_SECONDS = 20;

/** The server's page and API at another address of this machine. */
async function alsoAt(address: string, server: TestServer): Promise<{ readonly url: string } & Disposable> {
  const port = Number(new URL(server.url('/')).port);
  const door = createServer((outside) => {
    const inside = connect(port, '127.0.0.1');
    outside.pipe(inside).pipe(outside);
    for (const socket of [outside, inside]) socket.on('error', () => socket.destroy());
  });
  await once(door.listen(0, address), 'listening');
  const { port: outer } = door.address() as AddressInfo;
  return { url: `http://${address}:${String(outer)}`, [Symbol.dispose]: () => void door.close() };
}

const hashesOf = (sent: readonly SentFrame[], kind: SentFrame['kind']): string[] =>
  sent.filter((frame) => frame.kind === kind).map(({ hash }) => hash);

describe('a Chromium whose network has no UDP', () => {
  itWith(
    'chromium',
    'ffmpeg',
    'network',
  )('publishes over TCP, and every frame that it sends in 20 s is recorded', async () => {
    using network = NetworkWithoutUdp.create();
    await using server = await TestServer.start({
      env: {
        AIRCHECK_WEBRTC_TCP_PORT: String(await freePort()),
        AIRCHECK_WEBRTC_LISTEN_ADDRESSES: network.hostAddress,
        AIRCHECK_WEBRTC_ANNOUNCED_ADDRESSES: network.hostAddress,
        AIRCHECK_ENGINE_WORKERS: '1',
      },
    });
    using door = await alsoAt(network.hostAddress, server);
    await using browser = await launchChromium({
      wrap: (path) => network.wrap(path),
      args: [`--unsafely-treat-insecure-origin-as-secure=${door.url}`],
    });
    const page: Page = await browser.newPage();
    await page.goto(door.url);

    await goLive(page, 'cam', { rtx: true });
    await pause(LENGTH_SECONDS * 1000);
    const report = await connectionReport(page);
    const sent = await hangUp(page);

    await until(() => isFinished(server, 'cam'), 'the recording is finished');
    const recording = await StoredRecording.of(server, 'cam');
    const video = await recording.samples('video');
    const sounds = (await recording.samples('audio')).map(({ hash }) => hash);
    expect(report.path).toMatch(/^tcp \w+ host$/);
    expect(report.framesSent).toBeGreaterThan(LENGTH_SECONDS * 15);
    expect(video.length).toBeGreaterThanOrEqual(report.framesSent);
    expect(video.map(({ hash }) => hash)).toEqual(hashesOf(sent, 'video'));
    expect(sounds.slice(-100)).toEqual(hashesOf(sent, 'audio').slice(-100));
    expect(await decodeErrorsOfPeriods(server, 'cam')).toBe('');
  });
});
