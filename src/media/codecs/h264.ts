import type { FormatParameters, RecordableCodec } from './codec.js';
import { answerParameters } from './format.js';
import { codecString, parameterUnits } from './h264/configuration.js';
import { H264Depacketizer } from './h264/depacketizer.js';
import { startsH264Keyframe } from './h264/key-packet.js';

/** Of the parameters of RFC 6184 section 8.1 those that an answer repeats: they must be the same on both sides. */
const SYMMETRIC_PARAMETERS = ['level-asymmetry-allowed', 'packetization-mode', 'profile-level-id'] as const;

/** Constrained Baseline, Baseline, Main and High in mode 1, which is wanted most; and whoever has nothing but mode 0. */
const RECEIVED_FORMATS = [
  'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
  'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f',
  'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=4d001f',
  'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=64001f',
  'level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f',
] as const;

/** H.264 over RTP: RFC 6184. Every profile is recorded as it comes; sets of parameters lie in `avcC` only (`avc1`). */
export const h264: RecordableCodec = {
  name: 'H264',
  kind: 'video',
  clockRate: 90_000,
  preference: (parameters) => PREFERENCE_BY_MODE[parameters['packetization-mode'] ?? '0'] ?? 0,
  fit,
  acceptedFormats: 'packetization-mode 0 or 1',
  receivedFormats: RECEIVED_FORMATS,
  answerFormat: (parameters) => answerParameters(parameters, SYMMETRIC_PARAMETERS),
  createDepacketizer: (sink, format) => new H264Depacketizer(sink, format),
  startsKeyframe: startsH264Keyframe,
  isobmff: {
    sampleEntryType: 'avc1',
    configurationBoxType: 'avcC',
    codecString,
    inBand: { sampleEntryType: 'avc3', parameterUnits },
  },
};

/**
 * More than any other codec: whatever plays a recording plays H.264. Mode 1 lets pictures be larger than a packet; mode
 * 2 sends in another order than the decoder's and is not spoken.
 */
const PREFERENCE_BY_MODE: Readonly<Record<string, number>> = { '0': 5, '1': 6 };

/**
 * Mode counts more than the profile, and the profile more than its constraints: what every decoder does. A receiver that
 * names another profile decodes this one too, as far as is known of any.
 */
function fit(received: FormatParameters, sent: FormatParameters): number {
  const [profile, constraints] = profileOf(received);
  const [sentProfile, sentConstraints] = profileOf(sent);
  const isSameMode = (received['packetization-mode'] ?? '0') === (sent['packetization-mode'] ?? '0');
  return 1 + (isSameMode ? 4 : 0) + (profile === sentProfile ? 2 : 0) + (constraints === sentConstraints ? 1 : 0);
}

/** RFC 6184 section 8.1: Baseline where nothing is said. */
function profileOf(parameters: FormatParameters): [profile: string, constraints: string] {
  const value = (parameters['profile-level-id'] ?? '42000a').toLowerCase();
  return [value.slice(0, 2), value.slice(2, 4)];
}
