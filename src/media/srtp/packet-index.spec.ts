import fc from 'fast-check';
import { guessPacketIndex, rolloverCounterOf } from './packet-index.js';

describe('guessPacketIndex', () => {
  it.each([
    ['the first packet', 40_000, -1, 40_000],
    ['the next', 11, 10, 11],
    ['one behind', 9, 10, 9],
    ['a wrap forward', 3, 65_530, 65_539],
    ['back over a wrap', 65_530, 65_539, 65_530],
    ['a packet from before the beginning', 65_530, 3, -1],
    ['exactly half a cycle ahead of a low number', 0x8000, 0, 0x8000],
    ['exactly half a cycle behind a high number', 0x7fff, 0xffff, 0x7fff],
    ['the end of all indices', 0, 2 ** 48 - 1, -1],
  ])('finds %s', (_, sequenceNumber, highest, index) => {
    expect(guessPacketIndex(sequenceNumber, highest)).toBe(index);
  });

  it('finds every index less than half a cycle away', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 47), fc.integer({ min: -32_767, max: 32_767 }), (highest, distance) => {
        const index = highest + distance;
        fc.pre(index >= 0);
        expect(guessPacketIndex(index % 65_536, highest)).toBe(index);
        expect(rolloverCounterOf(index)).toBe(Math.floor(index / 65_536));
      }),
    );
  });
});
