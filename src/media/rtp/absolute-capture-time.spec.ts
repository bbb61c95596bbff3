import fc from 'fast-check';
import { uint32 } from '../bytes.js';
import { readAbsoluteCaptureTime } from './absolute-capture-time.js';

/** 2026-11-20T00:00:00Z in NTP seconds. */
const SECONDS = 1_795_132_800 + 2_208_988_800;
const UNIX_MS = 1_795_132_800_000;
const HALF = 0x8000_0000;

describe('readAbsoluteCaptureTime', () => {
  it('reads the capture time alone', () => {
    const bytes = uint32(0xdead, SECONDS, HALF);

    expect(readAbsoluteCaptureTime(bytes, 4, 8)).toBe(UNIX_MS + 500);
  });

  it.each([
    ['ahead', [2, HALF], 2_500],
    ['behind', [0xffff_fffd, HALF], -2_500],
  ])('adds how far the sender is %s', (_, offset, expectedMs) => {
    expect(readAbsoluteCaptureTime(uint32(SECONDS, 0, ...offset), 0, 16)).toBe(UNIX_MS + expectedMs);
  });

  it('goes on in the era after 2036', () => {
    expect(readAbsoluteCaptureTime(uint32(1, 0), 0, 8)).toBe((2 ** 32 + 1 - 2_208_988_800) * 1000);
  });

  it.each([
    ['no time', uint32(0, 0), 8],
    ['a short value', uint32(SECONDS), 4],
    ['a value of another length', uint32(SECONDS, 0, 0), 12],
    ['nothing', uint32(), 0],
  ])('refuses %s', (_, bytes, length) => {
    expect(readAbsoluteCaptureTime(bytes, 0, length)).toBeNaN();
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), fc.nat(30), fc.nat(20), (bytes, start, length) => {
        expect(typeof readAbsoluteCaptureTime(bytes, start, length)).toBe('number');
      }),
    );
  });
});
