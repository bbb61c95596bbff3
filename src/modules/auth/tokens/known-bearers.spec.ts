import { Caller } from '../ports/caller.js';
import type { Bearer } from '../strategies/bearer.js';
import { KnownBearers } from './known-bearers.js';

const until = (knownUntilMs: number): Bearer => ({
  caller: Caller.ANYONE,
  knownUntilMs,
  isSigned: true,
  login: undefined,
});

describe('tokens that were found good', () => {
  it('are known again until their time is over', () => {
    const known = new KnownBearers();
    const bearer = until(Date.now() + 60_000);
    known.add('a.b.c', bearer);
    known.add('d.e.f', until(Date.now() - 1));

    expect(known.find('a.b.c')).toBe(bearer);
    expect(known.find('d.e.f')).toBeUndefined();
    expect(known.find('a.b.d')).toBeUndefined();
  });

  it('are as many as was said, those that come again rather than those that do not', () => {
    const known = new KnownBearers(3);
    for (const token of ['first', 'second', 'third']) known.add(token, until(Infinity));
    known.find('first');

    known.add('fourth', until(Infinity));

    expect(['first', 'second', 'third', 'fourth'].map((token) => known.find(token) !== undefined)).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });
});
