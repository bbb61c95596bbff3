import { paddedName, parsePaddedName } from './padded-name.js';

describe('names of padded sound', () => {
  it.each([
    [{ number: 3, headFrames: 0, tailFrames: 35 }, 'audio_padded_0_35_0003.m4s'],
    [{ number: 12_345, headFrames: 9999, tailFrames: 1 }, 'audio_padded_9999_1_12345.m4s'],
  ])('%j is %s', (padded, name) => {
    expect(paddedName(padded)).toBe(name);
    expect(parsePaddedName(name)).toEqual(padded);
  });

  it.each([
    'audio_padded_00_1_0003.m4s',
    'audio_padded_0_10000_0003.m4s',
    'audio_padded_0_1_3.m4s',
    'audio_seg_0003.m4s',
  ])('%s is none', (name) => {
    expect(parsePaddedName(name)).toBeUndefined();
  });
});
