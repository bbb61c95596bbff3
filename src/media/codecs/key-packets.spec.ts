import fc from 'fast-check';
import { codecs, findCodec } from './index.js';

function starts(name: string, payload: readonly number[]): boolean | undefined {
  const bytes = Uint8Array.from([9, ...payload, 0xff]);
  return findCodec(name, 'video')?.startsKeyframe?.(bytes, 1, payload.length);
}

describe('a payload with which a decoder can begin', () => {
  it.each([
    ['H264', 'a sequence parameter set', [0x67, 0x42, 0, 0x1f]],
    ['H264', 'sets and a message in one packet', [0x78, 0, 2, 0x06, 5, 0, 2, 0x67, 0x42, 0, 2, 0x68, 0xce]],
    ['H264', 'an IDR slice from its first macroblock on', [0x65, 0x88, 0x80]],
    ['H264', 'the first fragment of such', [0x7c, 0x85, 0x88, 0x80]],
    ['H265', 'a video parameter set', [0x40, 1, 0x0c, 1]],
    ['H265', 'sets in one packet', [0x60, 1, 0, 3, 0x40, 1, 0x0c]],
    ['H265', 'the first slice of a picture that refers to none', [0x26, 1, 0xaf, 0x80]],
    ['H265', 'the first fragment of such', [0x62, 1, 0x93, 0xaf, 0x80]],
    ['VP8', 'a key frame', [0x10, 0x00, 0x9d, 1, 0x2a]],
    ['VP8', 'a key frame behind a long descriptor', [0x90, 0x80, 0x81, 0x23, 0x10]],
    ['VP9', 'the first layer of a key picture', [0xa8, 0x81, 0x23, 0, 7, 0x82]],
    ['AV1', 'the start of a coded video sequence', [0x08, 0x0a, 1]],
  ])('%s: %s', (name, _, payload) => {
    expect(starts(name, payload)).toBe(true);
  });

  it.each([
    ['H264', 'another slice', [0x41, 0x9a, 1]],
    ['H264', 'an IDR slice in the middle of a picture', [0x65, 0x48, 0x80]],
    ['H264', 'a later fragment', [0x7c, 0x05, 0x88, 0x80]],
    ['H264', 'a picture parameter set alone', [0x68, 0xce, 1]],
    ['H264', 'a header alone', [0x67]],
    ['H264', 'a fragment header alone', [0x7c, 0x85]],
    ['H264', 'an aggregate that does not end', [0x78, 0xff, 0xff, 0x06, 5]],
    ['H265', 'another slice', [0x02, 1, 0xd0, 1]],
    ['H265', 'a later fragment', [0x62, 1, 0x13, 0xaf, 0x80]],
    ['VP8', 'another picture', [0x10, 0x01, 0]],
    ['VP8', 'the middle of a key frame', [0x00, 0x00, 0x9d]],
    ['VP8', 'a descriptor alone', [0x90, 0x80, 0x81]],
    ['VP9', 'a picture that refers to others', [0xe8, 0x81, 0x23, 0, 7, 0x82]],
    ['VP9', 'a higher layer of a key picture', [0xa8, 0x81, 0x23, 0x02, 7, 0x82]],
    ['VP9', 'the middle of a key picture', [0xa0, 0x81, 0x23, 0, 7, 0x82]],
    ['AV1', 'another picture', [0x10, 0x32, 1]],
    ['AV1', 'what goes on from another packet', [0x88, 0x32, 1]],
  ])('is not, %s: %s', (name, _, payload) => {
    expect(starts(name, payload)).toBe(false);
  });

  it('any bytes are judged without harm', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat({ max: 64 }), (bytes, at) => {
        const offset = Math.min(at, bytes.length);
        for (const { startsKeyframe } of codecs) startsKeyframe?.(bytes, offset, bytes.length - offset);
      }),
    );
  });
});
