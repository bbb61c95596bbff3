import { forgetOldest } from './forget-oldest.js';

describe('forgetOldest', () => {
  it('takes the one that was put in first, of a Set and of a Map', () => {
    const names = new Set(['b', 'a', 'c']);
    const numbers = new Map([
      ['z', 1],
      ['y', 2],
    ]);
    forgetOldest(names, 2);
    forgetOldest(numbers, 1);

    expect([...names]).toEqual(['a', 'c']);
    expect([...numbers]).toEqual([['y', 2]]);
  });

  it('takes none where there is room', () => {
    const names = new Set(['a', 'b']);
    forgetOldest(names, 2);

    expect(names.size).toBe(2);
  });
});
