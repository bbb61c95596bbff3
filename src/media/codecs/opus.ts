import type { CodecParameters, FormatParameters, RecordableCodec } from './codec.js';
import { opusHead } from './opus/head.js';
import { concealOpus } from './opus/concealment.js';
import { opusDurationTicks } from './opus/packet.js';
import { PacketDepacketizer } from './packet-depacketizer.js';

/** 20 ms of full-band stereo (RFC 6716 section 3.1: configuration 31) in which the CELT layer says silence (section 4.3). */
const SILENCE = Uint8Array.of(0xfc, 0xff, 0xfe);

/** Opus over RTP: RFC 7587. One packet is one access unit, and each can be decoded by itself. */
export const opus: RecordableCodec = {
  name: 'opus',
  kind: 'audio',
  clockRate: 48_000,
  channels: 2,
  preference: () => 1,
  receivedFormats: ['minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1'],
  answerFormat,
  createDepacketizer: (sink) => new PacketDepacketizer(sink, PARAMETERS, opusDurationTicks),
  conceal: concealOpus,
  // A decoder needs 80 ms to converge (RFC 7845 section 4.6): four frames of the usual 20 ms.
  isobmff: {
    sampleEntryType: 'Opus',
    configurationBoxType: 'dOps',
    rollDistance: -4,
    codecString,
    silence: SILENCE,
  },
  webm: { codecId: 'A_OPUS', codecPrivate: opusHead, seekPreRollNs: 80_000_000 },
  oggHead: opusHead,
};

/** Version 0 is the only one there is. */
function codecString([version]: Uint8Array): string | undefined {
  return version === 0 ? PARAMETERS.codecString : undefined;
}

/** RFC 7587 section 7: a sender is mono unless the receiver asks for `stereo`; the recorder wants what the sender has. */
function answerFormat(parameters: FormatParameters): string {
  const isStereo = parameters['stereo'] === '1' || parameters['sprop-stereo'] === '1';
  return `minptime=10;useinbandfec=1${isStereo ? ';stereo=1;sprop-stereo=1' : ''}`;
}

/**
 * OpusSpecificBox of "Encapsulation of Opus in ISO Base Media File Format", section 4.3.2.
 *
 * RTP always says two channels (RFC 7587 section 4.1), and every decoder makes two from a mono packet. Pre-skip is what
 * an encoder puts in front of the first sound; a live stream is joined in its middle, so nothing is to be skipped: a
 * number here would make players cut real sound and move all of it against the picture.
 */
const CONFIGURATION = Uint8Array.of(
  0, // version
  2, // channels
  0,
  0, // pre-skip
  0,
  0,
  0xbb,
  0x80, // input sample rate 48000
  0,
  0, // output gain
  0, // channel mapping family: mono or stereo
);

const PARAMETERS: CodecParameters = {
  codecString: 'opus',
  configuration: CONFIGURATION,
  sampleRate: 48_000,
  channels: 2,
  reorderDepth: 0,
};
