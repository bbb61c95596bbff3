import { h264 } from './h264.js';

describe('H.264 in SDP', () => {
  it('wants packetization mode 1 most, takes 0, refuses what is sent out of order', () => {
    const mode = (value: string): number => h264.preference({ 'packetization-mode': value });

    expect(mode('1')).toBeGreaterThan(mode('0'));
    expect(h264.preference({})).toBe(mode('0'));
    expect(mode('0')).toBeGreaterThan(0);
    expect(mode('2')).toBe(0);
  });

  it('answers with the parameters that both sides must share, and no others', () => {
    const offered = {
      'profile-level-id': '42e01f',
      'packetization-mode': '1',
      'level-asymmetry-allowed': '1',
      'sprop-parameter-sets': 'Z0LAHg==,aM4PyA==',
    };

    expect(h264.answerFormat(offered)).toBe('level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f');
  });

  it('answers nothing to nothing', () => {
    expect(h264.answerFormat({})).toBeUndefined();
  });
});
