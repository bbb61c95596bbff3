import { av1 } from './av1.js';
import { h264 } from './h264.js';

describe('AV1 in SDP', () => {
  it('wants the Main profile most', () => {
    const profile = (number: string): number => av1.preference({ profile: number });

    expect(av1.preference({})).toBe(profile('0'));
    expect(profile('0')).toBeGreaterThan(profile('1'));
    expect(profile('1')).toBeGreaterThan(0);
    expect(profile('3')).toBe(0);
  });

  it('is wanted less than H.264 in any mode', () => {
    expect(av1.preference({})).toBeLessThan(h264.preference({}));
  });

  it('answers with profile, level and tier', () => {
    expect(av1.answerFormat({ 'level-idx': '5', profile: '0', tier: '0' })).toBe('profile=0;level-idx=5;tier=0');
    expect(av1.answerFormat({})).toBeUndefined();
  });
});
