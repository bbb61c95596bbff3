import type { WHEPClient as WhepClient } from '@binbat/whip-whep/whep.js';
import type { WHIPClient as WhipClient } from '@binbat/whip-whep/whip.js';
import type { Page } from 'playwright-core';

// The client that live777's users have in their pages, @binbat/whip-whep.

interface ClientPage {
  readonly WHEPClient: typeof WhepClient;
  readonly WHIPClient: typeof WhipClient;
  readonly publishing: WhipClient;
}

/** Watches; the connection stays in the page as `globalThis.viewing`. @returns once it has its answer */
export async function watchWithClient(
  page: Page,
  stream: string,
  kinds: readonly ('video' | 'audio')[],
): Promise<void> {
  await addClient(page, 'whep', 'WHEPClient');
  await page.evaluate(
    async ([path, wanted]) => {
      const { WHEPClient } = globalThis as unknown as ClientPage;
      const peer = new RTCPeerConnection();
      const media = new MediaStream();
      document.body.append(
        Object.assign(document.createElement('video'), { autoplay: true, muted: true, srcObject: media }),
      );
      peer.addEventListener('track', ({ track }) => media.addTrack(track));
      for (const kind of wanted) peer.addTransceiver(kind, { direction: 'recvonly' });
      Object.assign(globalThis, { viewing: { peer, session: '', answer: '', frames: [] } });
      await new WHEPClient().view(peer, new URL(path, location.href).href);
    },
    [`/whep/${stream}`, [...kinds]] as const,
  );
}

/** Publishes camera and microphone. @returns once it has its answer */
export async function publishWithClient(page: Page, stream: string): Promise<void> {
  await addClient(page, 'whip', 'WHIPClient');
  await page.evaluate(async (path) => {
    const { WHIPClient } = globalThis as unknown as ClientPage;
    const media = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
    const peer = new RTCPeerConnection();
    for (const track of media.getTracks()) peer.addTransceiver(track, { direction: 'sendonly', streams: [media] });
    const publishing = new WHIPClient();
    Object.assign(globalThis, { publishing });
    await publishing.publish(peer, new URL(path, location.href).href);
  }, `/whip/${stream}`);
}

/** Says goodbye. */
export async function stopClient(page: Page): Promise<void> {
  await page.evaluate(() => (globalThis as unknown as ClientPage).publishing.stop());
}

async function addClient(page: Page, file: 'whip' | 'whep', name: string): Promise<void> {
  const contentType = 'text/javascript';
  const client = new URL(`/judges/${file}.js`, page.url()).href;
  const loader = new URL(`/judges/${file}-loader.js`, page.url()).href;
  const path = require.resolve(`@binbat/whip-whep/${file}.js`);
  await page.route(client, (route) => route.fulfill({ path, contentType }));
  const body = `import { ${name} } from '${client}'; Object.assign(globalThis, { ${name} });`;
  await page.route(loader, (route) => route.fulfill({ body, contentType }));
  await page.addScriptTag({ url: loader, type: 'module' });
}
