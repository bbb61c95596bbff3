import { h264 } from './h264.js';
import { h265 } from './h265.js';

describe('H.265 in SDP', () => {
  it('takes one stream in decoding order, and refuses others', () => {
    expect(h265.preference({})).toBeGreaterThan(0);
    expect(h265.preference({ 'tx-mode': 'SRST', 'sprop-max-don-diff': '0' })).toBeGreaterThan(0);
    expect(h265.preference({ 'tx-mode': 'MRST' })).toBe(0);
    expect(h265.preference({ 'sprop-max-don-diff': '2' })).toBe(0);
  });

  it('is wanted less than H.264 in any mode', () => {
    expect(h265.preference({})).toBeLessThan(h264.preference({}));
  });

  it('answers with the parameters that both sides must share, and no others', () => {
    const offered = { 'level-id': '180', 'profile-id': '1', 'tier-flag': '0', 'tx-mode': 'SRST', 'sprop-vps': 'QAE=' };

    expect(h265.answerFormat(offered)).toBe('profile-id=1;tier-flag=0;level-id=180;tx-mode=SRST');
  });

  it.each([
    ['Main, level 3.1', [1, 1, 0x60, 0, 0, 0, 0xb0, 0, 0, 0, 0, 0, 93], 'hvc1.1.6.L93.B0'],
    ['High tier', [1, 0x22, 0x20, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 150], 'hvc1.2.4.H150.90'],
    [
      'a profile space and all constraints',
      [1, 0x41, 0x80, 0, 0, 1, 1, 2, 3, 4, 5, 6, 30],
      'hvc1.A1.80000001.L30.1.2.3.4.5.6',
    ],
    ['zeros that look like a start code', [1, 1, 0x60, 0, 0, 3, 0, 0, 3, 0, 0, 0, 93], 'hvc1.1.C0000006.L93.0.0.3'],
  ])('names %s as ISO/IEC 14496-15 annex E.3 does', (_name, profile, codecString) => {
    expect(h265.isobmff.codecString(Uint8Array.of(...profile, ...new Uint8Array(10)))).toBe(codecString);
  });

  it('names nothing by bytes that are no record', () => {
    expect(h265.isobmff.codecString(new Uint8Array(0))).toBeUndefined();
    expect(h265.isobmff.codecString(Uint8Array.of(1, 1, 0x60))).toBeUndefined();
    expect(h265.isobmff.codecString(new Uint8Array(30))).toBeUndefined();
  });
});
