import type { Page } from 'playwright-core';

/** What came on a channel: the text, or the bytes of a binary message. */
export interface Heard {
  readonly label: string;
  readonly content: string | readonly number[];
}

interface TalkingPage {
  readonly talking: {
    readonly peer: RTCPeerConnection;
    readonly channels: ReadonlyMap<string, RTCDataChannel>;
    readonly heard: Heard[];
  };
}

/**
 * Opens data channels, and a picture, from a page of the server itself. The connection stays in the page as `globalThis.talking`.
 * @param endpoint `/whip/…` sends a picture, `/whep/…` receives one, unless `isDataOnly`
 * @returns once all channels are open
 */
export async function talk(
  page: Page,
  endpoint: string,
  channels: Readonly<Record<string, RTCDataChannelInit>>,
  { isDataOnly = false }: { readonly isDataOnly?: boolean } = {},
): Promise<void> {
  await page.evaluate(
    async ([path, wanted, isAlone]) => {
      const peer = new RTCPeerConnection();
      if (path.startsWith('/whip/') && !isAlone) {
        const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 });
        setInterval(() => canvas.getContext('2d')?.fillRect(Math.random() * 320, 0, 9, 9), 50);
        for (const track of canvas.captureStream(20).getTracks()) peer.addTransceiver(track, { direction: 'sendonly' });
      } else if (!isAlone) peer.addTransceiver('video', { direction: 'recvonly' });
      const heard: Heard[] = [];
      const opened = new Map<string, RTCDataChannel>();
      for (const [label, how] of Object.entries(wanted)) {
        const channel = peer.createDataChannel(label, how);
        channel.binaryType = 'arraybuffer';
        channel.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => {
          heard.push({ label, content: typeof data === 'string' ? data : [...new Uint8Array(data)] });
        });
        opened.set(label, channel);
      }
      Object.assign(globalThis, { talking: { peer, channels: opened, heard } });
      await peer.setLocalDescription();
      const headers = { 'content-type': 'application/sdp' };
      const response = await fetch(path, { method: 'POST', headers, body: peer.localDescription?.sdp ?? '' });
      if (response.status !== 201) throw new Error(`${path} ${response.status} ${await response.text()}`);
      await peer.setRemoteDescription({ type: 'answer', sdp: await response.text() });
      for (const channel of opened.values()) {
        if (channel.readyState !== 'open')
          await new Promise((done) => channel.addEventListener('open', done, { once: true }));
      }
    },
    [endpoint, channels, isDataOnly] as const,
  );
}

export async function say(page: Page, label: string, content: string | readonly number[]): Promise<void> {
  await page.evaluate(
    ([name, said]) => {
      const channel = (globalThis as unknown as TalkingPage).talking.channels.get(name);
      if (typeof said === 'string') channel?.send(said);
      else channel?.send(Uint8Array.from(said));
    },
    [label, content] as const,
  );
}

/** Says the same so many times at once. */
export async function flood(page: Page, label: string, content: string, times: number): Promise<void> {
  await page.evaluate(
    ([name, said, count]) => {
      const channel = (globalThis as unknown as TalkingPage).talking.channels.get(name);
      for (let sent = 0; sent < count; sent += 1) channel?.send(said);
    },
    [label, content, times] as const,
  );
}

/** Everything that came so far, in order. */
export function heardBy(page: Page): Promise<Heard[]> {
  return page.evaluate(() => (globalThis as unknown as TalkingPage).talking.heard);
}

export function channelState(page: Page, label: string): Promise<string | undefined> {
  return page.evaluate((name) => (globalThis as unknown as TalkingPage).talking.channels.get(name)?.readyState, label);
}

/** Of the pictures that were sent or received, whichever there are. */
export function framesOf(page: Page): Promise<number> {
  return page.evaluate(async () => {
    let frames = 0;
    for (const report of (await (globalThis as unknown as TalkingPage).talking.peer.getStats()).values()) {
      const { framesEncoded = 0, framesDecoded = 0 } = report as Record<string, number>;
      frames += framesEncoded + framesDecoded;
    }
    return frames;
  });
}
