import { codecs, findCodec, recordableCodecs } from './index.js';

describe('the list of codecs', () => {
  it.each([
    ['H264', 'video'],
    ['h264', 'video'],
    ['H265', 'video'],
    ['VP9', 'video'],
    ['AV1', 'video'],
    ['VP8', 'video'],
    ['opus', 'audio'],
    ['OPUS', 'audio'],
    ['PCMU', 'audio'],
    ['PCMA', 'audio'],
  ] as const)('has %s', (name, kind) => {
    expect(findCodec(name, kind)?.kind).toBe(kind);
  });

  it.each([
    ['H263', 'video'],
    ['opus', 'video'],
    ['red', 'audio'],
    ['', 'audio'],
  ] as const)('has no %s as %s', (name, kind) => {
    expect(findCodec(name, kind)).toBeUndefined();
  });

  it('takes some live only', () => {
    const liveOnly = codecs.filter((codec) => !recordableCodecs.some((recorded) => recorded === codec));

    expect(liveOnly.map(({ name }) => name)).toEqual(['VP8', 'PCMU', 'PCMA']);
  });

  it('names each codec once', () => {
    const names = codecs.map(({ name, kind }) => `${kind}/${name.toLowerCase()}`);

    expect(new Set(names).size).toBe(names.length);
  });
});
