import fc from 'fast-check';
import type { LayeredPacket } from '../codec.js';
import { Av1LayerReader } from './layer-reader.js';
import { bytesOf, mandatory, number, STRUCTURE } from './testing/descriptor-bits.js';

class Scene {
  private readonly reader = new Av1LayerReader();

  read(timestamp: number, descriptor: Uint8Array): string {
    const packet: LayeredPacket = {
      bytes: descriptor,
      payloadOffset: 0,
      payloadLength: 0,
      timestamp,
      isLayered: true,
      spatialLayer: -1,
      temporalLayer: -1,
      startsFrame: false,
      endsFrame: false,
      startsLayer: false,
      allowsFaster: false,
      targetMaskAt: 0,
      targetCount: 0,
      activeTargets: 0,
      targetsWithin: undefined,
    };
    this.reader.read(packet, 0, descriptor.length);
    if (!packet.isLayered) return 'unknown';
    const marks = [
      packet.startsFrame ? ' starts' : '',
      packet.endsFrame ? ' ends' : '',
      packet.startsLayer ? ' begins' : '',
      packet.allowsFaster ? ' faster' : '',
    ].join('');
    return `S${String(packet.spatialLayer)}T${String(packet.temporalLayer)}${marks}`;
  }
}

describe('Av1LayerReader', () => {
  it('tells the layers by the structure of the last key frame, also where template ids wrap', () => {
    const scene = new Scene();

    expect(scene.read(1, bytesOf(mandatory(60, 65_535, '10'), '1 0 0 0 0', STRUCTURE))).toBe(
      'S0T0 starts begins faster',
    );
    expect(scene.read(1, bytesOf(mandatory(60, 65_535, '01')))).toBe('S0T0 ends begins faster');
    expect(scene.read(1, bytesOf(mandatory(63, 0)))).toBe('S1T0 starts ends begins faster');
    expect(scene.read(2, bytesOf(mandatory(61, 1)))).toBe('S0T0 starts ends faster');
    expect(scene.read(2, bytesOf(mandatory(0, 2)))).toBe('S1T0 starts ends');
    expect(scene.read(3, bytesOf(mandatory(62, 3)))).toBe('S0T1 starts ends faster');
  });

  it('believes a frame that says itself what it refers to and what can begin with it', () => {
    const scene = new Scene();
    scene.read(1, bytesOf(mandatory(60, 10), '1 0 0 0 0', STRUCTURE));
    // Active targets 1111, then indications of its own, then references: one back (a nibble), and none more.
    const own = '0 1 1 1 0 1111 00 00 11 10 01 0000 00';

    expect(scene.read(2, bytesOf(mandatory(61, 12)))).toBe('S0T0 starts ends faster');
    expect(scene.read(2, bytesOf(mandatory(0, 13), own))).toBe('S1T0 starts ends begins faster');
    expect(scene.read(2, bytesOf(mandatory(0, 13), '0 0 0 1 0 10 00001111 00'))).toBe('S1T0 starts ends');
  });

  it('knows nothing without a structure, of ids that are not described, and of what ends too early', () => {
    const scene = new Scene();
    const whole = bytesOf(mandatory(60, 1), '1 0 0 0 0', STRUCTURE);

    expect(scene.read(1, bytesOf(mandatory(60, 1)))).toBe('unknown');
    expect(scene.read(1, whole.subarray(0, whole.length - 3))).toBe('unknown');
    expect(scene.read(1, whole.subarray(0, 2))).toBe('unknown');
    expect(scene.read(1, whole)).toContain('S0T0');
    expect(scene.read(1, bytesOf(mandatory(1, 1)))).toBe('unknown');
    expect(scene.read(1, bytesOf(mandatory(60, 1), '0 1 1 0 0 11'))).toBe('unknown');
  });

  it('takes no structure with more layers than there are', () => {
    const scene = new Scene();
    const spatial = `${'10'.repeat(8)} 11`;
    const rest = `${'10'.repeat(9)} ${'0'.repeat(9)} 0 0`;

    expect(scene.read(1, bytesOf(mandatory(0, 1), '1 0 0 0 0', number(0, 6), number(0, 5), spatial, rest))).toBe(
      'unknown',
    );
  });

  it('takes any bytes, and whatever they were, the next key frame is understood', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 255 }), { maxLength: 20 }), (hostile) => {
        const scene = new Scene();
        hostile.forEach((bytes, index) => expect(scene.read(index, bytes)).toMatch(/^(unknown|S[0-7]T[0-7])/));
        expect(scene.read(99, bytesOf(mandatory(60, 65_535), '1 0 0 0 0', STRUCTURE))).toBe(
          'S0T0 starts ends begins faster',
        );
      }),
      { numRuns: 200 },
    );
  });
});
