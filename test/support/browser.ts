import { execFileSync } from 'node:child_process';
import { basename } from 'node:path';
import { type Browser, type Page, chromium } from 'playwright-core';

const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required', '--mute-audio'],
  ...['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', '--allow-loopback-in-peer-connection'],
];

export interface BrowserOptions {
  /** @returns the path of a program that starts the one at `path` where the browser is to be */
  readonly wrap?: (path: string) => string;
  /** Flags beside the usual ones. */
  readonly args?: readonly string[];
}

/** Debian's Chromium with a made-up camera and microphone. */
export async function launchChromium({ wrap, args = [] }: BrowserOptions = {}): Promise<Browser & AsyncDisposable> {
  const path = execFileSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim();
  const executablePath = wrap?.(path) ?? path;
  const browser = await chromium.launch({ executablePath, args: [...FLAGS, ...args] });
  return Object.assign(browser, { [Symbol.asyncDispose]: () => browser.close() });
}

/** A page of the server itself, without a program of its own. */
export async function openPage(browser: Browser, server: { url(path: string): string }): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(server.url('/readyz'));
  return page;
}

/** Runs a file in the page as if the page's own server gave it, which is all that its Content-Security-Policy allows. */
export async function addScript(page: Page, path: string): Promise<void> {
  const url = new URL(`/judges/${basename(path)}.js`, page.url()).href;
  await page.route(url, (route) => route.fulfill({ path, contentType: 'text/javascript' }));
  await page.addScriptTag({ url });
}

export interface SentFrame {
  readonly kind: 'video' | 'audio';
  readonly hash: string;
  readonly rtpTimestamp: number;
}

type VideoCodec = 'H264' | 'VP8' | 'VP9' | 'AV1';

export interface LiveOptions {
  readonly picture?: 'camera' | 'noise' | 'page';
  readonly codec?: VideoCodec;
  /** Offered behind `codec`, to be changed to. */
  readonly others?: readonly VideoCodec[];
  /** Offers retransmission by a source of its own (RFC 4588), as browsers do unless told otherwise. */
  readonly rtx?: boolean;
  /** Keeps the picture's size on a machine that is too busy for it, and drops frames instead. */
  readonly keepsSize?: boolean;
  /** Simulcast layers of the picture. */
  readonly encodings?: readonly RTCRtpEncodingParameters[];
  /** ICE servers and which candidates may be used. */
  readonly connection?: RTCConfiguration;
}

/**
 * Goes live from a page of the server itself and hashes every encoded frame on its way from the encoder to the
 * packetizer (RTCRtpScriptTransform). Noise is what needs every bit that it may have; "page" is the MediaStream in `globalThis.media`.
 * The connection stays in the page as `globalThis.live`.
 */
export async function goLive(page: Page, stream: string, options: LiveOptions = {}): Promise<void> {
  const { picture = 'camera', codec = 'H264', others = [], rtx = false, keepsSize = false } = options;
  const { encodings = [{}], connection = {} } = options;
  await page.evaluate(
    async ([endpoint, source, wanted, codecName, alternatives, hasRtx, isSteady, sendEncodings, configuration]) => {
      const worker = new Worker(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
      const noise = (): MediaStream => {
        const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
        const context = canvas.getContext('2d');
        const image = new ImageData(640, 360);
        setInterval(() => {
          for (let i = 0; i < image.data.length; i += 4)
            image.data.fill(Math.random() * 255, i, i + 3).fill(255, i + 3, i + 4);
          context?.putImageData(image, 0, 0);
        }, 100);
        return canvas.captureStream(30);
      };
      const camera = { video: { width: 640, height: 480, frameRate: 30 }, audio: true };
      const sources = {
        camera: () => navigator.mediaDevices.getUserMedia(camera),
        noise,
        page: () => (globalThis as unknown as { media: MediaStream }).media,
      };
      const media = await sources[wanted]();
      const peer = new RTCPeerConnection(configuration);
      const live = { peer, sent: [] as SentFrame[], session: '' };
      worker.onmessage = ({ data }: MessageEvent<SentFrame>) => live.sent.push(data);
      for (const track of media.getTracks()) {
        const isVideo = track.kind === 'video';
        const transceiver = peer.addTransceiver(track, {
          direction: 'sendonly',
          streams: [media],
          ...(isVideo ? { sendEncodings: [...sendEncodings] } : {}),
        });
        const { sender } = transceiver;
        if (isVideo) {
          const { codecs } = RTCRtpSender.getCapabilities('video') ?? { codecs: [] };
          const wantedCodecs = [codecName, ...alternatives, ...(hasRtx ? ['rtx'] : [])].map((name) => `video/${name}`);
          const offered = wantedCodecs.flatMap((name) => codecs.filter(({ mimeType }) => mimeType === name));
          transceiver.setCodecPreferences(offered);
        }
        sender.transform = new RTCRtpScriptTransform(worker, { kind: track.kind, codec: codecName });
        if (isVideo && isSteady) {
          const steady = { ...sender.getParameters(), degradationPreference: 'maintain-resolution' };
          await sender.setParameters(steady as RTCRtpSendParameters);
        }
      }
      await peer.setLocalDescription();
      if (configuration.iceTransportPolicy === 'relay') {
        while (peer.iceGatheringState !== 'complete')
          await new Promise((done) => peer.addEventListener('icegatheringstatechange', done, { once: true }));
      }
      const headers = { 'content-type': 'application/sdp' };
      const response = await fetch(endpoint, { method: 'POST', headers, body: peer.localDescription?.sdp ?? '' });
      if (response.status !== 201) throw new Error(`WHIP ${response.status} ${await response.text()}`);
      live.session = response.headers.get('location') ?? '';
      await peer.setRemoteDescription({ type: 'answer', sdp: await response.text() });
      Object.assign(globalThis, { live });
      await new Promise<void>((done, failed) => {
        const look = (): void => {
          if (peer.connectionState === 'connected') done();
          if (peer.connectionState === 'failed') failed(new Error('The connection failed.'));
        };
        peer.addEventListener('connectionstatechange', look);
        look();
      });
    },
    [
      `/whip/${stream}`,
      HASHING_WORKER,
      picture,
      codec,
      [...others],
      rtx,
      keepsSize,
      [...encodings],
      connection,
    ] as const,
  );
}

interface LivePage {
  readonly live: { readonly peer: RTCPeerConnection; readonly sent: SentFrame[]; readonly session: string };
}

/** Stops the encoders, lets the last packets leave, and says goodbye. @returns all frames that were sent */
export async function hangUp(page: Page): Promise<SentFrame[]> {
  return page.evaluate(async () => {
    const { peer, sent, session } = (globalThis as unknown as LivePage).live;
    for (const sender of peer.getSenders()) sender.track?.stop();
    await new Promise((done) => setTimeout(done, 1000));
    await fetch(session, { method: 'DELETE' });
    peer.close();
    return sent;
  });
}

/** @returns all frames that were sent so far */
export async function sentFrames(page: Page): Promise<SentFrame[]> {
  return page.evaluate(() => (globalThis as unknown as LivePage).live.sent);
}

/** What the browser says of its connection. */
export interface ConnectionReport {
  /** Protocol and candidate types of the pair in use, ours last: `tcp prflx host`. */
  readonly path: string;
  /** Of the video sender. */
  readonly framesEncoded: number;
  readonly framesSent: number;
  /** Pixels, of the last picture that was encoded; of its largest layer. */
  readonly frameWidth: number;
}

/** The page's own statistics (getStats) of what `goLive` connected. */
export async function connectionReport(page: Page): Promise<ConnectionReport> {
  return page.evaluate(async () => {
    const { peer } = (globalThis as unknown as LivePage).live;
    const reports: Record<string, unknown>[] = [];
    (await peer.getStats()).forEach((report: Record<string, unknown>) => reports.push(report));
    const byId = (id: unknown) => reports.find((report) => report['id'] === id);
    const pair = byId(reports.find(({ type }) => type === 'transport')?.['selectedCandidatePairId']);
    const [local, remote] = [byId(pair?.['localCandidateId']), byId(pair?.['remoteCandidateId'])];
    const video = reports.find(({ type, kind }) => type === 'outbound-rtp' && kind === 'video');
    return {
      path: [remote?.['protocol'], local?.['candidateType'], remote?.['candidateType']].join(' '),
      framesEncoded: Number(video?.['framesEncoded']),
      framesSent: Number(video?.['framesSent']),
      frameWidth: Number(video?.['frameWidth']),
    };
  });
}

/** Bits per second that the page's video sender put on the wire over the last `seconds`. */
export async function sendingBitrate(page: Page, seconds: number): Promise<number> {
  return page.evaluate(async (length) => {
    const { peer } = (globalThis as unknown as LivePage).live;
    const bytes = async (): Promise<number> => {
      let total = 0;
      (await peer.getStats()).forEach((report: { type: string; bytesSent?: number }) => {
        if (report.type === 'outbound-rtp') total += report.bytesSent ?? 0;
      });
      return total;
    };
    const before = await bytes();
    await new Promise((done) => setTimeout(done, length * 1000));
    return ((await bytes()) - before) * (8 / length);
  }, seconds);
}

/** An RTCRtpScriptTransform that drops parameter sets and hashes the rest as test/support/access-unit.ts does. */
export const HASHING_WORKER = `
const nalUnits = (bytes) => {
  const starts = [];
  for (let i = 0; i + 2 < bytes.length; i++) if (bytes[i] === 0 && bytes[i + 1] === 0 && bytes[i + 2] === 1) starts.push(i + 3);
  return starts.map((start, i) => {
    let end = i + 1 < starts.length ? starts[i + 1] - 3 : bytes.length;
    while (end > start && bytes[end - 1] === 0) end--;
    return bytes.slice(start, end);
  });
};
const parts = ({ kind, codec }, bytes) => kind === 'audio' || codec !== 'H264' ? [bytes] : nalUnits(bytes).filter((unit) => unit.length > 0 && ![7, 8].includes(unit[0] & 31));
const digest = async (units) => {
  const all = new Uint8Array(units.reduce((sum, { length }) => sum + 4 + length, 0));
  let offset = 0;
  for (const unit of units) {
    new DataView(all.buffer).setUint32(offset, unit.length);
    all.set(unit, offset + 4);
    offset += 4 + unit.length;
  }
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', all));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('').slice(0, 24);
};
onrtctransform = async ({ transformer: { readable, writable, options } }) => {
  const writer = writable.getWriter();
  for await (const frame of readable) {
    const units = parts(options, new Uint8Array(frame.data.slice(0)));
    const { rtpTimestamp } = frame.getMetadata();
    writer.write(frame);
    postMessage({ kind: options.kind, hash: await digest(units), rtpTimestamp });
  }
};
`;
