import type { PeerConnection } from 'node-datachannel';

/** @returns what a connection of libdatachannel offers, once all of its candidates are in it */
export async function offerOf(peer: PeerConnection): Promise<string> {
  const gathered = new Promise<void>((done) => {
    peer.onGatheringStateChange((state) => {
      if (state === 'complete') done();
    });
  });
  peer.setLocalDescription('offer');
  await gathered;
  return peer.localDescription()?.sdp ?? '';
}

/** Offers it by WHIP or WHEP. @returns the address of the session. @throws {Error} for any answer but 201 */
export async function exchange(peer: PeerConnection, url: string): Promise<URL> {
  const headers = { 'content-type': 'application/sdp' };
  const response = await fetch(url, { method: 'POST', headers, body: await offerOf(peer) });
  if (response.status !== 201) throw new Error(`${url} ${response.status}: ${await response.text()}`);
  peer.setRemoteDescription(await response.text(), 'answer');
  return new URL(response.headers.get('location') ?? '', url);
}
