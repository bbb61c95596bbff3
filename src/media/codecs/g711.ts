import type { CodecDefinition } from './codec.js';
import { PacketDepacketizer } from './packet-depacketizer.js';

/** G.711 over RTP (RFC 3551 section 4.5.14): cameras and telephones that have nothing else. Live only. */
export const pcmu = g711('PCMU', 'ulaw');
export const pcma = g711('PCMA', 'alaw');

function g711(name: string, codecString: string): CodecDefinition {
  const clockRate = 8_000;
  const configuration = new Uint8Array(0);
  const parameters = { codecString, configuration, sampleRate: clockRate, channels: 1, reorderDepth: 0 };
  return {
    name,
    kind: 'audio',
    clockRate,
    preference: () => 1,
    receivedFormats: [''],
    answerFormat: () => undefined,
    createDepacketizer: (sink) => new PacketDepacketizer(sink, parameters, oneByteOneSample),
  };
}

function oneByteOneSample(_bytes: Uint8Array, _offset: number, length: number): number {
  return length;
}
