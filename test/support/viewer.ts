import type { Page } from 'playwright-core';
import { HASHING_WORKER, type SentFrame } from './browser.js';

export interface WatchOptions {
  readonly kinds?: readonly ('video' | 'audio')[];
  /** Codec of the picture that is expected: its frames are hashed. */
  readonly codec?: string;
  /** So long pictures wait before they are decoded: a busy machine has time for each. */
  readonly jitterBufferMs?: number;
  /** Offers to take the dependency descriptor, which Chromium does only where it is told to. */
  readonly takesDescriptor?: boolean;
  /** The server's media port, and that of a relay to be used in its place. */
  readonly throughPort?: readonly [number, number];
}

/** WebRTC Extensions, section 5.4; unknown to the types. */
interface ExtensionControl {
  getHeaderExtensionsToNegotiate(): { uri: string; direction: RTCRtpTransceiverDirection }[];
  setHeaderExtensionsToNegotiate(extensions: { uri: string; direction: RTCRtpTransceiverDirection }[]): void;
}

/**
 * Watches a stream by WHEP from a page of the server itself, and hashes every frame that comes out of the packets. The connection stays in the page as `globalThis.viewing`.
 * @returns once it is connected
 */
export async function watch(
  page: Page,
  stream: string,
  {
    kinds = ['audio', 'video'],
    codec = 'H264',
    throughPort,
    jitterBufferMs,
    takesDescriptor = false,
  }: WatchOptions = {},
): Promise<void> {
  await page.evaluate(
    async ([endpoint, wanted, source, codecName, ports, waitsMs, isDescribed]) => {
      const worker = new Worker(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
      const frames: SentFrame[] = [];
      worker.onmessage = ({ data }: MessageEvent<SentFrame>) => frames.push(data);
      const peer = new RTCPeerConnection();
      const media = new MediaStream();
      const element = Object.assign(document.createElement('video'), { autoplay: true, muted: true, srcObject: media });
      document.body.append(element);
      for (const kind of wanted) {
        const transceiver = peer.addTransceiver(kind, { direction: 'recvonly' });
        const { receiver } = transceiver;
        if (isDescribed && kind === 'video') {
          const control = transceiver as unknown as ExtensionControl;
          const extensions = control.getHeaderExtensionsToNegotiate();
          for (const extension of extensions)
            if (extension.uri.endsWith('#dependency-descriptor-rtp-header-extension')) extension.direction = 'sendrecv';
          control.setHeaderExtensionsToNegotiate(extensions);
        }
        if (waitsMs !== undefined) receiver.jitterBufferTarget = waitsMs;
        receiver.transform = new RTCRtpScriptTransform(worker, { kind, codec: codecName });
      }
      peer.addEventListener('track', ({ track }) => media.addTrack(track));
      await peer.setLocalDescription();
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/sdp' },
        body: peer.localDescription?.sdp ?? '',
      });
      if (response.status !== 201) throw new Error(`WHEP ${response.status} ${await response.text()}`);
      const session = response.headers.get('location') ?? '';
      const given = await response.text();
      const answer = ports === undefined ? given : given.replaceAll(` ${ports[0]} typ host`, ` ${ports[1]} typ host`);
      Object.assign(globalThis, { viewing: { peer, session, answer, element, frames } });
      await peer.setRemoteDescription({ type: 'answer', sdp: answer });
      await new Promise<void>((done, failed) => {
        const look = (): void => {
          if (peer.connectionState === 'connected') done();
          if (peer.connectionState === 'failed') failed(new Error('The connection failed.'));
        };
        peer.addEventListener('connectionstatechange', look);
        look();
      });
    },
    [`/whep/${stream}`, [...kinds], HASHING_WORKER, codec, throughPort, jitterBufferMs, takesDescriptor] as const,
  );
}

interface ViewingPage {
  readonly viewing: {
    readonly peer: RTCPeerConnection;
    readonly session: string;
    readonly answer: string;
    readonly frames: SentFrame[];
  };
}

/** What the browser says of what it watches. */
export interface ViewingReport {
  /** MIME type of the picture, empty before the first packet. */
  readonly codec: string;
  readonly framesReceived: number;
  readonly framesDecoded: number;
  readonly framesDropped: number;
  readonly keyFramesDecoded: number;
  readonly packetsLost: number;
  readonly freezes: number;
  readonly width: number;
  readonly audioSamples: number;
  readonly audioPacketsLost: number;
  readonly session: string;
}

/** The page's own statistics (getStats) of what `watch` connected. */
export async function watched(page: Page): Promise<ViewingReport> {
  return page.evaluate(async () => {
    const { viewing } = globalThis as unknown as ViewingPage;
    const reports: Record<string, unknown>[] = [];
    (await viewing.peer.getStats()).forEach((report: Record<string, unknown>) => reports.push(report));
    const inbound = (kind: string) =>
      reports.find((report) => report['type'] === 'inbound-rtp' && report['kind'] === kind) ?? {};
    const [video, audio] = [inbound('video'), inbound('audio')];
    const mimeType = reports.find(({ id }) => id === video['codecId'])?.['mimeType'];
    const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
    return {
      codec: typeof mimeType === 'string' ? mimeType : '',
      framesReceived: number(video['framesReceived']),
      framesDecoded: number(video['framesDecoded']),
      framesDropped: number(video['framesDropped']),
      keyFramesDecoded: number(video['keyFramesDecoded']),
      packetsLost: number(video['packetsLost']),
      freezes: number(video['freezeCount']),
      width: number(video['frameWidth']),
      audioSamples: number(audio['totalSamplesReceived']),
      audioPacketsLost: number(audio['packetsLost']),
      session: viewing.session,
    };
  });
}

/** Every frame that came, whole, in the order in which it is decoded. */
export async function receivedFrames(page: Page): Promise<SentFrame[]> {
  return page.evaluate(() => (globalThis as unknown as ViewingPage).viewing.frames);
}

/** Says goodbye. @returns the status of the answer */
export async function stopWatching(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const { viewing } = globalThis as unknown as ViewingPage;
    const { status } = await fetch(viewing.session, { method: 'DELETE' });
    viewing.peer.close();
    return status;
  });
}
