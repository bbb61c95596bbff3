import { fillerName, parseFillerName } from './filler-name.js';

describe('names of filler', () => {
  it.each([
    [{ kind: 'video', source: 3, number: 4 }, 'filler_0003_0004.m4s'],
    [{ kind: 'audio', source: 12_345, number: 1 }, 'audio_filler_12345_0001.m4s'],
    [{ kind: 'video', source: { sessionId: 's_1', startMs: 6000 }, number: 4 }, 'filler_from_s_1_6000_0004.m4s'],
  ] as const)('%j is %s', (filler, name) => {
    expect(fillerName(filler)).toBe(name);
    expect(parseFillerName(name)).toEqual(filler);
  });

  it.each([
    'filler_3_4.m4s',
    'filler_00003_0004.m4s',
    'filler_0003.m4s',
    'seg_0003.m4s',
    'xfiller_0003_0004.m4s',
    'filler_0003_0004.m4s.m4s',
  ])('%s is none', (name) => {
    expect(parseFillerName(name)).toBeUndefined();
  });
});
