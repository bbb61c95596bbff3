import { offeredFor } from './codecs';

export interface SendOptions {
  /** Empty for what the browser takes first. */
  readonly videoCodec: string;
  readonly audioCodec: string;
  /** Simulcast layers of the picture, 1 to 3. */
  readonly layers: number;
}

/** From the smallest on: names and sizes that live777's viewers know. */
const LAYERS = [
  { rid: 'q', scaleResolutionDownBy: 4, maxBitrate: 250_000 },
  { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: 800_000 },
  { rid: 'f', scaleResolutionDownBy: 1, maxBitrate: 2_500_000 },
];
/** Codecs that would send their layers as one stream otherwise. */
const SCALABLE = ['VP9', 'AV1'];

/** @returns what makes a connection send this */
export function sending(
  media: MediaStream,
  { videoCodec, audioCodec, layers }: SendOptions,
): (peer: RTCPeerConnection) => void {
  return (peer) => {
    for (const track of media.getTracks()) {
      const isVideo = track.kind === 'video';
      const transceiver = peer.addTransceiver(track, {
        direction: 'sendonly',
        streams: [media],
        sendEncodings: isVideo ? encodingsFor(layers, videoCodec) : [],
      });
      const codec = isVideo ? videoCodec : audioCodec;
      if (codec !== '') transceiver.setCodecPreferences(offeredFor(isVideo ? 'video' : 'audio', codec));
    }
  };
}

function encodingsFor(layers: number, codec: string): RTCRtpEncodingParameters[] {
  const chosen = LAYERS.slice(-layers);
  if (layers === 1) return chosen.map(({ maxBitrate }) => ({ maxBitrate }));
  return chosen.map((layer) => (SCALABLE.includes(codec) ? { ...layer, scalabilityMode: 'L1T3' } : layer));
}
