import fc from 'fast-check';
import { initName, parseInitName, parseSegmentName, segmentName } from './object-names.js';

describe('object names', () => {
  it.each([
    ['video', 1, 'init.m4s', 'seg_0001.m4s'],
    ['audio', 1, 'audio_init.m4s', 'audio_seg_0001.m4s'],
    ['video', 2, 'init_0002.m4s', 'seg_0002.m4s'],
    ['audio', 12345, 'audio_init_12345.m4s', 'audio_seg_12345.m4s'],
  ] as const)('of %s number %i are %s and %s', (kind, number, init, segment) => {
    expect(initName(kind, number)).toBe(init);
    expect(segmentName(kind, number)).toBe(segment);
  });

  it('are read back', () => {
    fc.assert(
      fc.property(fc.constantFrom('audio', 'video'), fc.integer({ min: 1, max: 999_999_999 }), (kind, number) => {
        expect(parseInitName(initName(kind, number))).toEqual({ kind, number });
        expect(parseSegmentName(segmentName(kind, number))).toEqual({ kind, number });
      }),
    );
  });

  it.each([
    ['seg_0007_2.m4s', 'audio_init_9.m4s'],
    ['audio_seg_12345_9.m4s', 'init_2.m4s'],
  ])('%s and %s are told apart from others of the name', (segment, init) => {
    expect(parseSegmentName(segment)).toEqual(parseSegmentName(segment.replace(/_\d\.m4s$/, '.m4s')));
    expect(parseInitName(init)).toEqual(parseInitName(init.replace(/_\d\.m4s$/, '.m4s')));
    expect(parseSegmentName(init) ?? parseInitName(segment)).toBeUndefined();
  });

  it.each([
    'seg_0001_1.m4s',
    'seg_0001_10.m4s',
    'seg_1.m4s',
    'seg_0000.m4s',
    'seg_00001.m4s',
    'init_0001.m4s',
    'init_1.m4s',
    'seg_0001.mp4',
    'video_seg_0001.m4s',
    'seg_0001.m4s.partial',
    'x/seg_0001.m4s',
    'seg_9999999999.m4s',
    '',
  ])('are not %j', (name) => {
    expect(parseInitName(name)).toBeUndefined();
    expect(parseSegmentName(name)).toBeUndefined();
  });

  it.each([0, -1, 1.5, NaN])('have no number %d', (number) => {
    expect(() => segmentName('video', number)).toThrow(RangeError);
  });
});
