import fc from 'fast-check';
import { parseFormat } from './format-parameters.js';

describe('parseFormat', () => {
  it.each([
    ['', {}],
    ['apt=96', { apt: '96' }],
    ['minptime=10;useinbandfec=1', { minptime: '10', useinbandfec: '1' }],
    [
      ' Packetization-Mode = 1 ; ; profile-level-id=42E01F;',
      { 'packetization-mode': '1', 'profile-level-id': '42E01F' },
    ],
    ['sprop-parameter-sets=Z0LAHw==,aMuDyyA=', { 'sprop-parameter-sets': 'Z0LAHw==,aMuDyyA=' }],
    ['111/111', { '111/111': '' }],
    ['a=1;a=2', { a: '1' }],
  ])('reads "%s"', (value, expected) => {
    expect(parseFormat(value)).toEqual(expected);
  });

  it('makes nothing but own properties of names that objects have', () => {
    const parameters = parseFormat('__proto__=x;constructor=y');
    expect(Object.keys(parameters).sort()).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(parameters)).toBe(Object.prototype);
  });

  it('reads back any pairs', () => {
    const key = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
    const value = fc.stringMatching(/^[A-Za-z0-9+/=,]{0,20}$/);
    fc.assert(
      fc.property(fc.dictionary(key, value), (pairs) => {
        const text = Object.entries(pairs).map(([name, one]) => `${name}=${one}`);
        expect({ ...parseFormat(text.join(';')) }).toEqual({ ...pairs });
      }),
    );
  });

  it('is never thrown at', () => {
    fc.assert(fc.property(fc.string(), (value) => typeof parseFormat(value) === 'object'));
  });
});
