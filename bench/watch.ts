// libdatachannel viewers of H.264 and Opus, in this process.
import * as datachannel from 'node-datachannel';
import { exchange } from '../test/support/publishers/exchange.ts';

/** Settings of a server that takes hundreds of viewers from one address, however much it has to do. */
export const TAKES_ALL = {
  AIRCHECK_HTTP_WHIP_RATE_PER_ADDRESS: '100000',
  AIRCHECK_ENGINE_ADMISSION_CPU_PERCENT: '100',
};
/** So many connect at a time. */
const TOGETHER = 20;

/** @param packet of sound or of pictures, as RTP */
export type Heard = (packet: Buffer) => void;

/** Kept: connections forget what nobody has. */
const kept: { peer: datachannel.PeerConnection; tracks: datachannel.Track[] }[] = [];

/** @param heard costs this process time with each packet. @returns when it is connected. @throws {Error} when it could not */
export async function watch(url: string, heard?: Heard): Promise<void> {
  const peer = new datachannel.PeerConnection('viewer', { iceServers: [] });
  const video = new datachannel.Video('video', 'RecvOnly');
  video.addH264Codec(102, 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f');
  const audio = new datachannel.Audio('audio', 'RecvOnly');
  audio.addOpusCodec(111);
  const connected = new Promise<void>((done, failed) => {
    peer.onStateChange((state) => {
      if (state === 'connected') done();
      else if (state === 'failed') failed(new Error('The connection failed.'));
    });
  });
  const tracks = [audio, video].map((media) => peer.addTrack(media));
  if (heard !== undefined) for (const track of tracks) track.onMessage(heard);
  kept.push({ peer, tracks });
  await exchange(peer, url);
  await connected;
}

export async function watchAll(url: string, count: number): Promise<void> {
  for (let from = 0; from < count; from += TOGETHER)
    await Promise.all(Array.from({ length: Math.min(TOGETHER, count - from) }, () => watch(url)));
}

export function closeViewers(): void {
  for (const { peer } of kept) peer.close();
}
