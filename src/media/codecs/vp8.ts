import type { CodecDefinition } from './codec.js';
import { Vp8Depacketizer } from './vp8/depacketizer.js';
import { startsVp8Keyframe } from './vp8/key-packet.js';

/** VP8 over RTP: RFC 7741. Live only: CMAF has no place for it that players know. */
export const vp8: CodecDefinition = {
  name: 'VP8',
  kind: 'video',
  clockRate: 90_000,
  preference: () => 1,
  receivedFormats: [''],
  answerFormat: () => undefined,
  createDepacketizer: (sink) => new Vp8Depacketizer(sink),
  startsKeyframe: startsVp8Keyframe,
};
