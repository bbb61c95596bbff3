import { descriptorsLeft, faultOf, growth, type Finished, type Sample } from './verdict.js';

const whole: Finished = {
  ...{ stream: 'cam', kind: 'goodbye', framesSent: 1000, framesRecorded: 1000, framesFound: 1000 },
  ...{ packetsLost: 0, driftMs: 12 },
};

describe('a recording of a soak', () => {
  it('has every frame that was sent', () => {
    expect(faultOf(whole)).toBeUndefined();
    expect(faultOf({ ...whole, framesRecorded: 999, framesFound: 999 })).toContain('999 of 1000 frames');
  });

  it('may lack one frame in a thousand where packets were lost on the way', () => {
    const lossy: Finished = { ...whole, kind: 'lossy', packetsLost: 3 };

    expect(faultOf({ ...lossy, framesRecorded: 999, framesFound: 999 })).toBeUndefined();
    expect(faultOf({ ...lossy, framesRecorded: 998, framesFound: 998 })).toBeDefined();
  });

  it('is judged by its files too', () => {
    expect(faultOf({ ...whole, framesFound: 990 })).toContain('990 frames in its files');
    expect(faultOf({ ...whole, driftMs: -61 })).toContain('sound moved');
  });

  it('of a publisher that was killed has something, whatever was sent', () => {
    expect(faultOf({ ...whole, kind: 'killed', framesSent: undefined })).toBeUndefined();
    expect(
      faultOf({ ...whole, kind: 'killed', framesSent: undefined, framesRecorded: 0, framesFound: 0 }),
    ).toBeDefined();
  });
});

describe('growth', () => {
  const flat: Sample = { residentMb: 300, descriptors: 100, usPerPacket: 10 };
  const samples = (values: readonly number[]): Sample[] => values.map((residentMb) => ({ ...flat, residentMb }));

  it('is judged between the second quarter and the last', () => {
    expect(growth(samples([100, 300, 300, 310]))).toEqual([]);
    expect(growth(samples([300, 300, 320, 340]))).toEqual(['residentMb grew from 300.0 to 340.0']);
  });

  it('of descriptors is what is left when all have gone', () => {
    expect(descriptorsLeft(40, 50)).toEqual([]);
    expect(descriptorsLeft(40, 51)).toEqual(['11 descriptors are left open']);
  });
});
