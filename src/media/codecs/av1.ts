import { codecString } from './av1/configuration.js';
import { Av1Depacketizer } from './av1/depacketizer.js';
import { startsAv1Keyframe } from './av1/key-packet.js';
import { Av1LayerReader } from './av1/layer-reader.js';
import type { RecordableCodec } from './codec.js';
import { answerParameters, fitOfProfiles } from './format.js';

/**
 * AV1 over RTP: "RTP Payload Format For AV1", Alliance for Open Media. All layers of a picture are one sample, so a
 * recording has the full quality.
 */
export const av1: RecordableCodec = {
  name: 'AV1',
  kind: 'video',
  clockRate: 90_000,
  preference: (parameters) => PREFERENCE_BY_PROFILE[parameters['profile'] ?? '0'] ?? 0,
  fit: (received, sent) => fitOfProfiles(received['profile'] ?? '0', sent['profile'] ?? '0'),
  acceptedFormats: 'profile 0, 1 or 2',
  receivedFormats: ['profile=0'],
  answerFormat: (parameters) => answerParameters(parameters, ['profile', 'level-idx', 'tier']),
  createDepacketizer: (sink) => new Av1Depacketizer(sink),
  startsKeyframe: startsAv1Keyframe,
  layers: { needsDescriptor: true, createReader: () => new Av1LayerReader() },
  isobmff: {
    sampleEntryType: 'av01',
    configurationBoxType: 'av1C',
    codecString,
    inBand: { sampleEntryType: 'av01', parameterUnits: () => new Uint8Array(0) },
  },
  webm: { codecId: 'V_AV1', codecPrivate: (configuration) => configuration },
};

/** Main is played wherever AV1 is; High (4:4:4) and Professional are not. */
const PREFERENCE_BY_PROFILE: Readonly<Record<string, number>> = { '0': 3, '1': 1, '2': 1 };
