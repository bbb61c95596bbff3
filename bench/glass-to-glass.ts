// How long a picture is from one Chromium's canvas through the server to another page's screen: a counter that is drawn into it is read back.
// npm run build && node bench/glass-to-glass.ts [--frames 600] [--codec H264]
// Both pages are in one browser, which has one clock. What is measured has encoder, jitter buffer and decoder in it; a screen has none of it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium, type Page } from 'playwright-core';
import { percentile } from './recording/figures.ts';
import { leaveServerItsCore, startServer } from './stage.ts';

const { values } = parseArgs({
  options: { frames: { type: 'string', default: '600' }, codec: { type: 'string', default: 'H264' } },
});
const FLAGS = ['--no-sandbox', '--disable-gpu', '--autoplay-policy=no-user-gesture-required'];
/** Encoder and jitter buffer find their pace. */
const WARM_UP_MS = 5000;
const STEP_MS = 500;

/** Number and time of a picture that was drawn, or shown. */
type Seen = readonly [number: number, atMs: number];

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** What both pages have. Numbers are 16 squares of 40 pixels, black or white, the lowest bit first; below them are the same inverted. */
const PAGE = `
globalThis.seen = [];
globalThis.peer = new RTCPeerConnection();
const nowMs = () => performance.timeOrigin + performance.now();
const exchange = async (path) => {
  await peer.setLocalDescription();
  const headers = { 'content-type': 'application/sdp' };
  const response = await fetch(path, { method: 'POST', headers, body: peer.localDescription.sdp });
  if (response.status !== 201) throw new Error(path + ' ' + response.status);
  await peer.setRemoteDescription({ type: 'answer', sdp: await response.text() });
};
globalThis.publish = async (path, codec) => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
  const context = canvas.getContext('2d');
  const [track] = canvas.captureStream(0).getVideoTracks();
  const square = (colour, ...place) => {
    context.fillStyle = colour;
    context.fillRect(...place);
  };
  let number = 0;
  setInterval(() => {
    number = (number + 1) & 0xffff;
    for (let bit = 0; bit < 16; bit++) {
      const colours = (number >> bit) & 1 ? ['white', 'black'] : ['black', 'white'];
      colours.forEach((colour, row) => square(colour, bit * 40, row * 40, 40, 40));
    }
    square('hsl(' + (number % 360) + ' 60% 50%)', (number * 8) % 640, 120, 160, 200);
    seen.push([number, nowMs()]);
    track.requestFrame();
  }, 1000 / 30);
  const transceiver = peer.addTransceiver(track, { direction: 'sendonly' });
  const { codecs } = RTCRtpSender.getCapabilities('video');
  transceiver.setCodecPreferences(codecs.filter(({ mimeType }) => mimeType === 'video/' + codec));
  await exchange(path);
};
globalThis.watch = async (path) => {
  const { receiver } = peer.addTransceiver('video', { direction: 'recvonly' });
  const srcObject = new MediaStream([receiver.track]);
  const video = Object.assign(document.createElement('video'), { autoplay: true, muted: true, srcObject });
  document.body.append(video);
  const context = new OffscreenCanvas(640, 80).getContext('2d', { willReadFrequently: true });
  const isBright = (x, y) => context.getImageData(x, y, 1, 1).data[1] > 128;
  const look = (atMs, { expectedDisplayTime }) => {
    const shownMs = performance.timeOrigin + Math.max(atMs, expectedDisplayTime);
    context.drawImage(video, 0, 0, 640, 80, 0, 0, 640, 80);
    const bits = [...Array(16).keys()];
    if (bits.every((bit) => isBright(bit * 40 + 20, 20) !== isBright(bit * 40 + 20, 60)))
      seen.push([bits.reduce((sum, bit) => sum | (isBright(bit * 40 + 20, 20) << bit), 0), shownMs]);
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
  await exchange(path);
};
globalThis.decoded = async () => {
  const [report] = [...(await peer.getStats()).values()].filter(({ type }) => type === 'inbound-rtp');
  return { framesReceived: report.framesReceived, framesDecoded: report.framesDecoded };
};
`;

const seenBy = (page: Page): Promise<readonly Seen[]> => page.evaluate<readonly Seen[]>('seen');

const folder = mkdtempSync(join(tmpdir(), 'aircheck-bench-'));
leaveServerItsCore();
const server = await startServer(folder, { AIRCHECK_RECORDER_AUTO_STREAMS: '' });
const executablePath = execFileSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim();
const browser = await chromium.launch({ executablePath, args: FLAGS });
const [publisher, viewer] = [await browser.newPage(), await browser.newPage()];
for (const page of [publisher, viewer]) {
  await page.goto(`${server.address}/readyz`);
  await page.evaluate(PAGE);
}
await publisher.evaluate(`publish('/whip/clock', ${JSON.stringify(values.codec)})`);
await viewer.evaluate(`watch('/whep/clock')`);
await pause(WARM_UP_MS);
const skipped = (await seenBy(viewer)).length;
while ((await seenBy(viewer)).length - skipped < Number(values.frames)) await pause(STEP_MS);
const shown = (await seenBy(viewer)).slice(skipped);
const drawn = new Map(await seenBy(publisher));
const { framesReceived, framesDecoded } = await viewer.evaluate<{ framesReceived: number; framesDecoded: number }>(
  'decoded()',
);
await browser.close();
await server.stop();
rmSync(folder, { recursive: true, force: true });
const delays = shown.flatMap(([number, atMs]) => {
  const drawnMs = drawn.get(number);
  return drawnMs === undefined ? [] : [atMs - drawnMs];
});
const ms = (share: number): string => percentile(delays, share).toFixed(0);
console.log(
  `${delays.length} pictures of ${values.codec}, from canvas to screen: p50 ${ms(0.5)} ms, p95 ${ms(0.95)} ms, max ${ms(1)} ms`,
);
console.log(`${framesReceived} pictures came, ${framesDecoded} were decoded`);
