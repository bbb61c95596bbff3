import { LineScanner } from './line-scanner.js';

function lineOf(...values: readonly unknown[]): LineScanner {
  return new LineScanner(values.map((value) => JSON.stringify(value)).join(','));
}

it('reads values one after the other', () => {
  const line = lineOf('cam/', 2, 'v1', '', 9_007_199_254_740, -12, true, false, 0);

  expect(line.string().value).toBe('cam/');
  expect(line.integer()).toBe(2);
  expect(line.string().equals('v1')).toBe(true);
  expect(line.string().isEmpty).toBe(true);
  expect(line.integer()).toBe(9_007_199_254_740);
  expect(line.integer()).toBe(-12);
  expect(line.boolean()).toBe(true);
  expect(line.boolean()).toBe(false);
  expect(line.isAtEnd).toBe(false);
  expect(line.integer()).toBe(0);
  expect(line.isAtEnd).toBe(true);
});

it.each(['a "name"', 'ends with \\', '\\"', 'line\nbreak', 'ü, "and", ünd', ''])('gives %j back as it was', (text) => {
  const line = lineOf(text, text, 7);

  expect(line.string().value).toBe(text);
  expect(line.string().equals(text)).toBe(true);
  expect(line.integer()).toBe(7);
});

it.each([
  ['seg_0012.m4s', true],
  ['seg_0013.m4s', false],
  ['seg_00120.m4s', false],
  ['eg_0012.m4s', false],
  ['seg_0012.mp4', false],
])('knows whether %s is a name with its number', (name, isNumbered) => {
  const numbered = { before: 'seg_', after: '.m4s' };

  expect(lineOf(name).string().isNumbered(numbered, '0012')).toBe(isNumbered);
  expect(lineOf(name, 'an \\ elsewhere').string().isNumbered(numbered, '0012')).toBe(isNumbered);
});
