import { MediaStreamTrack, RTCPeerConnection, RtpHeader, RtpPacket, useOPUS } from 'werift';
import type { PublisherOrder } from '../../src/engine/index.js';
import type { EngineBench } from './engine-bench.js';

/** SRTP profiles by their DTLS numbers: AEAD_AES_128_GCM and AES_CM_128_HMAC_SHA1_80. */
export const GCM = 7;
export const COUNTER_MODE = 1;

export interface WeriftOptions {
  /** SRTP profiles that it offers. */
  readonly profiles?: number[];
  readonly setup?: string;
  readonly iceLite?: boolean;
  readonly rewriteAnswer?: (answer: string) => string;
  readonly overrides?: Partial<PublisherOrder>;
}

/** A werift publisher of Opus that was answered and sends. */
export async function publishWithWerift(
  bench: EngineBench,
  {
    profiles = [GCM],
    setup = 'actpass',
    iceLite = false,
    rewriteAnswer = (answer) => answer,
    overrides = {},
  }: WeriftOptions = {},
): Promise<{ peer: RTCPeerConnection; end: () => Promise<void> }> {
  const peer = new RTCPeerConnection({ codecs: { audio: [useOPUS()] }, iceServers: [], iceLite });
  const track = new MediaStreamTrack({ kind: 'audio' });
  peer.addTransceiver(track, { direction: 'sendonly' });
  await peer.setLocalDescription(await peer.createOffer());
  for (const transport of peer.dtlsTransports) Object.assign(transport, { srtpProfiles: profiles });
  const offer = peer.localDescription?.sdp.replaceAll('a=setup:actpass', `a=setup:${setup}`) ?? '';
  const answer = await bench.publish(offer, overrides);
  await peer.setRemoteDescription({ type: 'answer', sdp: rewriteAnswer(answer) });
  let sent = 0;
  const timer = setInterval(() => {
    const header = new RtpHeader({ sequenceNumber: sent, timestamp: sent * 960, payloadType: 96, marker: false });
    track.writeRtp(new RtpPacket(header, Buffer.from([0x78, sent & 255, 1, 2, 3])));
    sent += 1;
  }, 20);
  const end = async (): Promise<void> => {
    clearInterval(timer);
    await peer.close();
  };
  return { peer, end };
}
