import { h264 } from './h264.js';
import { vp9 } from './vp9.js';
import { codecParameters } from './vp9/configuration.js';
import { levelOf } from './vp9/level.js';

describe('VP9 in SDP', () => {
  it('wants 8 bits most, takes 10 and 12, refuses other sampling than 4:2:0', () => {
    const profile = (id: string): number => vp9.preference({ 'profile-id': id });

    expect(vp9.preference({})).toBe(profile('0'));
    expect(profile('0')).toBeGreaterThan(profile('2'));
    expect(profile('2')).toBeGreaterThan(0);
    expect([profile('1'), profile('3')]).toEqual([0, 0]);
  });

  it('is wanted less than H.264 in any mode', () => {
    expect(vp9.preference({})).toBeLessThan(h264.preference({}));
  });

  it('answers with the profile', () => {
    expect(vp9.answerFormat({ 'profile-id': '2', 'max-fr': '30' })).toBe('profile-id=2');
    expect(vp9.answerFormat({})).toBeUndefined();
  });
});

describe('the configuration of VP9', () => {
  it('tells depth, sampling, colour and range', () => {
    const format = { profile: 1, bitDepth: 8, colourSpace: 2, isFullRange: true } as const;
    const { codecString, configuration } = codecParameters(
      { ...format, isSubsampledX: true, isSubsampledY: false },
      1920,
      1080,
    );

    expect(codecString).toBe('vp09.01.41.08.02.01.01.01.01');
    expect(vp9.isobmff.codecString(configuration)).toBe(codecString);
  });

  it('is named by nothing else', () => {
    expect(vp9.isobmff.codecString(new Uint8Array(12))).toBeUndefined();
    expect(vp9.isobmff.codecString(Uint8Array.of(1, 0, 0, 0))).toBeUndefined();
  });

  it.each([
    [320, 180, 20],
    [640, 360, 30],
    [1280, 720, 40],
    [1920, 1080, 41],
    [3840, 2160, 51],
    [7680, 4320, 61],
    [16_384, 16_384, 62],
    [2000, 2, 30],
  ])('gives %i × %i the lowest level with 60 pictures a second', (width, height, level) => {
    expect(levelOf(width, height)).toBe(level);
  });
});
