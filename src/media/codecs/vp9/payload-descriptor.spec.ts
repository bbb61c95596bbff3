import fc from 'fast-check';
import { PayloadDescriptor } from './payload-descriptor.js';

function parse(...bytes: number[]): PayloadDescriptor & { length: number } {
  const descriptor = new PayloadDescriptor();
  const length = descriptor.parse(Uint8Array.of(0xff, ...bytes, 0xff), 1, bytes.length);
  return Object.assign(descriptor, { length });
}

describe('PayloadDescriptor', () => {
  it.each([
    ['nothing but flags', [0x0c], 1, { isFrameStart: true, isFrameEnd: true, spatialLayer: 0 }],
    ['a short picture id', [0x88, 0x11], 2, { isFrameStart: true, isFrameEnd: false }],
    ['a long picture id', [0x84, 0x91, 0x22], 3, { isFrameStart: false, isFrameEnd: true }],
    ['layer indices and TL0PICIDX', [0xa8, 0x11, 0x44, 0x07], 4, { spatialLayer: 2 }],
    ['layer indices in flexible mode', [0xb8, 0x11, 0x46], 3, { spatialLayer: 3 }],
    ['references in flexible mode', [0x50, 0x03, 0x05, 0x06], 4, {}],
    ['no references of a key picture', [0x10], 1, {}],
    ['sizes of two layers', [0x0a, 0x30, 1, 64, 0, 180, 2, 128, 1, 104], 10, { isFrameStart: true }],
    ['a picture group', [0x0a, 0x08, 2, 0x14, 1, 0x28, 1, 2], 8, {}],
  ] as const)('reads %s', (_name, bytes, length, expected) => {
    expect(parse(...bytes)).toMatchObject({ length, ...expected });
  });

  it.each([
    ['no bytes', []],
    ['no picture id', [0x80]],
    ['half a picture id', [0x80, 0x80]],
    ['no TL0PICIDX', [0x20, 0x00]],
    ['four references', [0x50, 1, 1, 1, 1]],
    ['fewer sizes than layers', [0x02, 0x30, 0, 1, 0, 1]],
    ['fewer pictures than the group has', [0x02, 0x08, 3, 0, 0]],
  ])('refuses %s', (_name, bytes) => {
    expect(parse(...bytes).length).toBe(-1);
  });

  it('never throws and never ends behind the payload', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(parse(...bytes).length).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 2000 },
    );
  });
});
