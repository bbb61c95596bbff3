import fc from 'fast-check';
import { comparableParts, concatenated, timestampOf, type SentStream } from './sent-unit.js';

/** Configuration 31: CELT, 20 ms. RFC 6716 section 3.2, the four ways to put frames into a packet. */
const ONE_FRAME = 31 << 3;
const frame = fc.uint8Array({ minLength: 1, maxLength: 250 });
const packet = fc.oneof(
  frame.map((bytes) => concatenated([ONE_FRAME], bytes)),
  frame.map((bytes) => concatenated([ONE_FRAME | 1], bytes, bytes)),
  fc.tuple(frame, frame).map(([first, second]) => concatenated([ONE_FRAME | 2, first.length], first, second)),
  fc
    .tuple(frame, fc.integer({ min: 1, max: 6 }))
    .map(([bytes, count]) => concatenated([ONE_FRAME | 3, count], ...Array.from({ length: count }, () => bytes))),
  fc
    .tuple(frame, frame, fc.integer({ min: 0, max: 9 }))
    .map(([first, second, padding]) =>
      concatenated([ONE_FRAME | 3, 0xc2, padding, first.length], first, second, new Uint8Array(padding)),
    ),
);

export const opusStream = oneUnitPerPacket(packet);
/** RFC 3551 section 4.5.14: a byte for each sample. */
export const g711Stream = oneUnitPerPacket(fc.uint8Array({ minLength: 80, maxLength: 240 }));

function oneUnitPerPacket(packets: fc.Arbitrary<Uint8Array>): SentStream {
  return {
    units: fc.array(packets, { minLength: 1, maxLength: 8 }).map((payloads) =>
      payloads.map((payload, index) => ({
        timestamp: timestampOf(index),
        payloads: [payload],
        whole: comparableParts([payload]),
        withoutBeginning: [],
        isKeyframe: true,
        configured: [],
      })),
    ),
    comparable: (sample) => comparableParts([sample]),
  };
}
