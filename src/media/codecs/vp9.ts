import type { RecordableCodec } from './codec.js';
import { answerParameters, fitOfProfiles } from './format.js';
import { codecString } from './vp9/configuration.js';
import { Vp9Depacketizer } from './vp9/depacketizer.js';
import { startsVp9Keyframe } from './vp9/key-packet.js';
import { Vp9LayerReader } from './vp9/layer-reader.js';

/** VP9 over RTP: RFC 9628. All spatial layers of a picture are one sample, so a recording has the full quality. */
export const vp9: RecordableCodec = {
  name: 'VP9',
  kind: 'video',
  clockRate: 90_000,
  preference: (parameters) => PREFERENCE_BY_PROFILE[parameters['profile-id'] ?? '0'] ?? 0,
  fit: (received, sent) => fitOfProfiles(received['profile-id'] ?? '0', sent['profile-id'] ?? '0'),
  acceptedFormats: 'profile-id 0 or 2',
  receivedFormats: ['profile-id=0', 'profile-id=2'],
  answerFormat: (parameters) => answerParameters(parameters, ['profile-id']),
  createDepacketizer: (sink) => new Vp9Depacketizer(sink),
  startsKeyframe: startsVp9Keyframe,
  layers: { needsDescriptor: false, createReader: () => new Vp9LayerReader() },
  isobmff: {
    sampleEntryType: 'vp09',
    configurationBoxType: 'vpcC',
    codecString,
    inBand: { sampleEntryType: 'vp09', parameterUnits: () => new Uint8Array(0) },
  },
  webm: { codecId: 'V_VP9', codecPrivate: () => new Uint8Array(0) },
};

/** Every browser plays 8 bits 4:2:0; 10 and 12 bits many; other sampling (1 and 3) hardly any. */
const PREFERENCE_BY_PROFILE: Readonly<Record<string, number>> = { '0': 4, '2': 2 };
