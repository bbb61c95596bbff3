import type { RecordableCodec, FormatParameters } from './codec.js';
import { answerParameters, fitOfProfiles } from './format.js';
import { codecString, parameterUnits } from './h265/configuration.js';
import { H265Depacketizer } from './h265/depacketizer.js';
import { startsH265Keyframe } from './h265/key-packet.js';

/** Of the parameters of RFC 7798 section 7.1 those that an answer repeats (section 7.2.2). */
const SYMMETRIC_PARAMETERS = [
  'profile-space',
  'profile-id',
  'tier-flag',
  'level-id',
  'profile-compatibility-indicator',
  'interop-constraints',
  'tx-mode',
] as const;

/** H.265 over RTP: RFC 7798. Every profile is recorded as it comes; sets of parameters lie in `hvcC` only (`hvc1`). */
export const h265: RecordableCodec = {
  name: 'H265',
  kind: 'video',
  clockRate: 90_000,
  preference,
  fit: (received, sent) => fitOfProfiles(received['profile-id'] ?? '1', sent['profile-id'] ?? '1'),
  acceptedFormats: 'tx-mode SRST, sprop-max-don-diff 0',
  receivedFormats: [''],
  answerFormat: (parameters) => answerParameters(parameters, SYMMETRIC_PARAMETERS),
  createDepacketizer: (sink, format) => new H265Depacketizer(sink, format),
  startsKeyframe: startsH265Keyframe,
  isobmff: {
    sampleEntryType: 'hvc1',
    configurationBoxType: 'hvcC',
    codecString,
    inBand: { sampleEntryType: 'hev1', parameterUnits },
  },
};

/** The last choice: many browsers cannot play it. Several streams, or units out of decoding order, are not spoken. */
function preference(parameters: FormatParameters): number {
  const isSingleStream = (parameters['tx-mode'] ?? 'SRST') === 'SRST';
  const isInOrder = (parameters['sprop-max-don-diff'] ?? '0') === '0';
  return isSingleStream && isInOrder ? 1 : 0;
}
