import { StreamPatterns } from './stream-patterns.js';

describe('StreamPatterns', () => {
  it.each([
    ['*', 'anything', true],
    ['room-*', 'room-1', true],
    ['room-*', 'lobby', false],
    ['room-?', 'room-1', true],
    ['room-?', 'room-12', false],
    ['?', '📷', true],
    ['a.b', 'axb', false],
    ['a(b)[c]', 'a(b)[c]', true],
    ['**', 'cam', true],
    ['cam', 'my cam', false],
    ['a*b*c', 'aXbYbZc', true],
    ['a*b*c', 'aXcYb', false],
    ['a*', 'a\n', true],
    ['?', '', false],
    ['', '', true],
  ])('%j and %j: %s', (pattern, name, expected) => {
    expect(new StreamPatterns([pattern]).matches(name)).toBe(expected);
  });

  it('matches when one of several does, and never when there is none', () => {
    expect(new StreamPatterns(['a*', 'b*']).matches('boat')).toBe(true);
    expect(new StreamPatterns([]).matches('boat')).toBe(false);
  });

  it('takes `none` alone for no stream at all', () => {
    expect(new StreamPatterns(['none']).matches('none')).toBe(false);
    expect(new StreamPatterns(['none', 'a']).matches('none')).toBe(true);
  });

  it('judges a hostile pattern at once', () => {
    const patterns = new StreamPatterns([`${'*a'.repeat(120)}*b`]);
    const start = performance.now();

    expect(patterns.matches('a'.repeat(255))).toBe(false);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
