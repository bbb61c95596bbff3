import { readIfMatch } from './if-match.js';

describe('readIfMatch', () => {
  it.each([
    [undefined, 'absent'],
    ['*', 'any'],
    ['"*"', 'any'],
    [' * ', 'any'],
    ['"abc"', 'current'],
    ['"old", "abc"', 'current'],
    ['"old"', 'other'],
    ['W/"abc"', 'other'],
    ['abc', 'other'],
    ['', 'other'],
  ])('reads %j as %s', (header, meaning) => {
    expect(readIfMatch(header, '"abc"')).toBe(meaning);
  });
});
