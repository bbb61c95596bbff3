import { StreamScope } from './stream-scope.js';

describe('StreamScope', () => {
  it.each([
    ['*', 'anything at all'],
    ['cam', 'cam'],
    ['cam-*', 'cam-1'],
    ['cam-*', 'cam-'],
    ['*-door', 'front-door'],
    ['c?m', 'cäm'],
    ['?', '🎥'],
    ['a*b*c', 'aXbYbZc'],
    ['none', 'none'],
    ['**', 'x'],
    ['v1.2', 'v1.2'],
  ])('%j has %j', (scope, stream) => {
    expect(new StreamScope(scope).has(stream)).toBe(true);
  });

  it.each([
    ['cam', 'cam2'],
    ['cam', 'Cam'],
    ['cam', ''],
    ['cam-*', 'cam'],
    ['cam-*', 'my-cam-1'],
    ['c?m', 'cm'],
    ['v1.2', 'v1x2'],
    ['a*b*c', 'aXcYb'],
    ['', 'cam'],
  ])('%j does not have %j', (scope, stream) => {
    expect(new StreamScope(scope).has(stream)).toBe(false);
  });

  it('judges a hostile pattern at once', () => {
    const scope = new StreamScope(`${'*a'.repeat(120)}*b`);
    const start = performance.now();

    expect(scope.has('a'.repeat(255))).toBe(false);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
