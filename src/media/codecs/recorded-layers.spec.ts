import type { LayeredPacket } from './codec.js';
import { findCodec } from './index.js';

/**
 * Of Chromium 156, 640x480 with `scalabilityMode: 'L3T3'`, of which it sends two sizes: a key picture and the four after it.
 * RTP timestamp, what it is, and what says so.
 */
const VP9 = [
  [8248, 'S0T0 starts begins', 'baeceb1030014000f0028001e08349834200'],
  [8248, 'S0T0 ends begins', 'b4eceb10c61758b27dfa90fbb6fcb515d9b0'],
  [8248, 'S1T0 starts begins', 'b9eceb138702020004fe03be9071c120e0c2'],
  [8248, 'S1T0 begins', 'b1eceb1331a97c97bd3758151863fa46829e'],
  [8248, 'S1T0 ends begins', 'b5eceb135f2b547327ca3cc645f9dd0b020a'],
  [12_748, 'S0T2 starts ends', 'fcecec500287100800027e01df027f01dfc2'],
  [12_748, 'S1T2 starts', 'f9ecec53028700280004fe03bec2c7048383'],
  [12_748, 'S1T2 ends', 'f5ecec5302a631dd4caef262d0290b5f4b7c'],
  [17_428, 'S0T1 starts', 'f8eced300487040400027e01df027f01dfc9'],
  [17_428, 'S0T1 ends', 'f4eced300473d9bfcf0c37e56fc155e724e2'],
  [17_428, 'S1T1 starts', 'f9eced33048708246004fe03bec347048383'],
  [17_428, 'S1T1 ends', 'f5eced3304f8ba427266173df21713113de4'],
  [26_248, 'S0T2 starts', 'f8ecee500287104800027e01df027f01dfc2'],
  [26_248, 'S1T2 ends', 'f5ecee53020ab798706d947d52d33c1e6677'],
  [30_748, 'S0T0 starts', 'f8ecef100887010000027e01df027f01dfc0'],
  [30_748, 'S1T0 starts', 'f9ecef13088702020004fe03bec107048383'],
] as const;

/** Likewise, the dependency descriptors; the last two are of an upper and a lower frame of a later key picture. */
const AV1 = [
  [
    3383,
    'S0T0 starts begins',
    '810091800514853abfaaa18f04304302a02a006001001b934515e082704608c0c787004321651111543276809f8077813f80ef80',
  ],
  [3383, 'S0T0 ends begins', '410091'],
  [3383, 'S1T0 starts begins', '860092'],
  [3383, 'S1T0 begins', '060092'],
  [3383, 'S1T0 ends begins', '460092'],
  [11_573, 'S0T2 starts ends', 'c30093'],
  [11_573, 'S1T2 starts', '880094'],
  [11_573, 'S1T2 ends', '480094'],
  [16_343, 'S0T1 starts', '820095'],
  [16_343, 'S1T1 starts', '870096'],
  [20_573, 'S0T2 starts', '840097'],
  [20_573, 'S1T2 starts', '890098'],
  [29_663, 'S0T0 starts', '800099'],
  [29_663, 'S1T0 starts', '85009a'],
  [
    62_073,
    'S0T0 starts begins',
    '8100a1800514853abfaaa18f04304302a02a006001001b934515e082704608c0c787004321651111543276809f8077813f80ef80',
  ],
  [62_073, 'S1T0 starts begins', '8600a2'],
] as const;

const NO_TARGETS = { targetMaskAt: 0, targetCount: 0, activeTargets: 0, targetsWithin: undefined };

function told(packet: LayeredPacket): string {
  const { isLayered, spatialLayer, temporalLayer, startsFrame, endsFrame, startsLayer } = packet;
  if (!isLayered) return 'unknown';
  const marks = [startsFrame ? ' starts' : '', endsFrame ? ' ends' : '', startsLayer ? ' begins' : ''].join('');
  return `S${String(spatialLayer)}T${String(temporalLayer)}${marks}`;
}

describe('layers that a browser sends', () => {
  it.each([
    ['VP9', VP9],
    ['AV1', AV1],
  ] as const)('are read of %s, and faster ones can be begun anywhere', (codecName, packets) => {
    const reader = findCodec(codecName, 'video')?.layers?.createReader();
    const read = packets.map(([timestamp, , hexadecimal]) => {
      const bytes = Uint8Array.from(Buffer.from(hexadecimal, 'hex'));
      const packet: LayeredPacket = {
        ...{ bytes, timestamp, payloadOffset: 0, payloadLength: bytes.length },
        ...{ isLayered: false, spatialLayer: 0, temporalLayer: 0 },
        ...{ startsFrame: false, endsFrame: false, startsLayer: false, allowsFaster: false },
        ...NO_TARGETS,
      };
      reader?.read(packet, 0, bytes.length);
      return packet;
    });

    expect(read.map(told)).toEqual(packets.map(([, expected]) => expected));
    expect(read.every(({ allowsFaster }) => allowsFaster)).toBe(true);
  });

  it('are none of VP9 without layer indices, nor of what ends too early', () => {
    const reader = findCodec('VP9', 'video')?.layers?.createReader();
    const isLayered = (...bytes: readonly number[]): boolean => {
      const packet = { bytes: Uint8Array.from(bytes), timestamp: 0, payloadOffset: 0, payloadLength: bytes.length };
      const all = { ...packet, isLayered: true, spatialLayer: 0, temporalLayer: 0 };
      const read = {
        ...all,
        ...NO_TARGETS,
        startsFrame: false,
        endsFrame: false,
        startsLayer: false,
        allowsFaster: false,
      };
      reader?.read(read, 0, 0);
      return read.isLayered;
    };

    expect([isLayered(0x8c, 0x12, 1, 2), isLayered(0xac, 0x12, 0x10, 5, 1), isLayered(0xac, 0x12)]).toEqual([
      false,
      true,
      false,
    ]);
  });
});
