import { RtpHeader } from './packet.js';
import { restoreOriginal } from './retransmission.js';

describe('restoreOriginal', () => {
  const fixed = [0x80, 0x61, 0, 1, 0, 0, 0, 9, 0, 0, 0, 7];

  it('gives a retransmission the identity of its original, payload in place', () => {
    const bytes = Uint8Array.from([...fixed, 0xff, 0xfe, 1, 2, 3]);
    const header = new RtpHeader();
    header.parse(bytes, 0, bytes.length);

    expect(restoreOriginal(bytes, 0, bytes.length, header, 42, 96)).toBe(true);
    expect(header).toMatchObject({ sequenceNumber: 0xfffe, ssrc: 42, payloadType: 96, timestamp: 9, headerLength: 14 });
  });

  it.each([
    ['nothing', fixed],
    ['one byte', [...fixed, 1]],
    ['padding only', [0xa0, ...fixed.slice(1), 0, 0, 3]],
  ])('leaves a probe of %s alone', (_, content) => {
    const bytes = Uint8Array.from(content);
    const header = new RtpHeader();
    header.parse(bytes, 0, bytes.length);
    header.readPadding(bytes, 0, bytes.length);

    expect(restoreOriginal(bytes, 0, bytes.length, header, 42, 96)).toBe(false);
    expect(header).toMatchObject({ sequenceNumber: 1, ssrc: 7, headerLength: 12 });
  });
});
