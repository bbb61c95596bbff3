import fc from 'fast-check';
import { posix } from 'node:path';
import { InvalidObjectKeyError } from '../storage.errors.js';
import { otherKeys, parseEncodedObjectKey, parseObjectKey, plainKey } from './object-key.js';

it.each(['cam/2026/11/20/seg_0001.m4s', 'a', 'Straße 7/50%/x', '100%25/x', '...', 'a/..b', `${'x'.repeat(255)}/y`])(
  'takes the key %j',
  (key) => {
    expect(parseObjectKey(key)).toBe(key);
  },
);

it.each([
  ['empty', ''],
  ['absolute', '/etc/passwd'],
  ['climbing', '../x'],
  ['climbing inside', 'a/../../x'],
  ['climbing at the end', 'a/..'],
  ['a dot', 'a/./b'],
  ['an empty part', 'a//b'],
  ['a slash at the end', 'a/'],
  ['a backslash', 'a\\..\\b'],
  ['a null byte', 'a\u0000'],
  ['a line break', 'a\nb'],
  ['a C1 control', 'a\u0085b'],
  ['a lone surrogate', 'a\ud800'],
  ['encoded to climb', '%2e%2e/x'],
  ['half encoded', '.%2e/x'],
  ['encoded twice', '%252e%252e/x'],
  ['encoded thrice', '%25252e%25252e/x'],
  ['an encoded slash to climb', 'a%2f..%2f..'],
  ['an encoded backslash', 'a%5cb'],
  ['an encoded control', 'a%0ab'],
  ['a part of 256 bytes', `${'x'.repeat(256)}/y`],
  ['a part of 256 bytes in 128 letters', 'ä'.repeat(128)],
  ['1025 bytes', `${'x/'.repeat(512)}y`],
])('refuses %s', (_fault, key) => {
  expect(() => parseObjectKey(key)).toThrow(InvalidObjectKeyError);
});

it.each([
  ['cam%20one/manifest.mpd', 'cam one/manifest.mpd'],
  ['caf%C3%A9/x', 'café/x'],
  ['100%25/x', '100%/x'],
])('decodes %s once', (encoded, key) => {
  expect(parseEncodedObjectKey(encoded)).toBe(key);
});

it.each([
  '%2e%2e/%2e%2e/etc/passwd',
  '%2E%2E%2Fx',
  '..%2fx',
  'cam%2f2026%2fmanifest.mpd',
  'cam/2026%2Fx',
  '%252e%252e%252fx',
  'a%5c..%5cb',
  'a%00',
  '%',
  '%ff',
  '%c0%ae%c0%ae/x',
])('refuses %s', (encoded) => {
  expect(() => parseEncodedObjectKey(encoded)).toThrow(InvalidObjectKeyError);
});

it('never takes a key that leads out of its folder, however it is decoded', () => {
  const piece = fc.constantFrom(
    '.',
    '..',
    '/',
    '\\',
    '%2e',
    '%2E',
    '%252e',
    '%2f',
    '%5c',
    '%25',
    '2e',
    'a',
    'é',
    '\u0000',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      let key: string;
      try {
        key = parseObjectKey(pieces.join(''));
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidObjectKeyError);
        return;
      }
      for (let depth = 0; depth < 3; depth += 1) {
        expect(posix.join('/root', key).startsWith('/root/')).toBe(true);
        try {
          key = decodeURIComponent(key);
        } catch {
          return;
        }
      }
    }),
  );
});

it.each([
  ['cam/2026/seg_0007.m4s', 'cam/2026/seg_0007_2.m4s', 'cam/2026/seg_0007_9.m4s'],
  ['cam_2/init.m4s', 'cam_2/init_2.m4s', 'cam_2/init_9.m4s'],
  ['a.b/seg_0002', 'a.b/seg_0002_2', 'a.b/seg_0002_9'],
])('gives %s eight other names, and knows it by them', (plain, first, last) => {
  const others = otherKeys(parseObjectKey(plain));

  expect([others.length, others[0], others.at(-1)]).toEqual([8, first, last]);
  expect(new Set(others.map(plainKey))).toEqual(new Set([plain]));
  expect(otherKeys(parseObjectKey(first))).toEqual(others);
  expect(plainKey(plain)).toBe(plain);
});
