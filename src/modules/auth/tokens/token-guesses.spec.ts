import { TokenInvalidError, TokensThrottledError } from '../auth.errors.js';
import { TokenGuesses } from './token-guesses.js';

describe('TokenGuesses', () => {
  let nowMs = 0;
  let guesses: TokenGuesses;

  beforeEach(() => {
    guesses = new TokenGuesses({ monotonicMs: () => nowMs });
  });

  function fail(address: string, times: number): unknown[] {
    return Array.from({ length: times }, () => guesses.failed(address));
  }

  it('says when to come again after a hundred from one address, and to no other', () => {
    expect(fail('10.0.0.1', 100).every((error) => error instanceof TokenInvalidError)).toBe(true);
    expect(guesses.isHeldBack('10.0.0.1', 'a-token')).toBe(true);
    expect(guesses.isHeldBack('10.0.0.2', 'a-token')).toBe(false);

    const [first, second] = fail('10.0.0.1', 2) as TokensThrottledError[];

    expect(first).toBeInstanceOf(TokensThrottledError);
    expect([first?.retryAfterSeconds, second?.retryAfterSeconds]).toEqual([1, 2]);
    expect(guesses.failed('10.0.0.2')).toBeInstanceOf(TokenInvalidError);
  });

  it('has one looked at each second then', () => {
    fail('10.0.0.1', 100);

    nowMs += 1000;

    expect(guesses.isHeldBack('10.0.0.1', 'a-token')).toBe(false);
    expect(guesses.failed('10.0.0.1')).toBeInstanceOf(TokenInvalidError);
    expect(guesses.isHeldBack('10.0.0.1', 'a-token')).toBe(true);
  });

  it('holds back nobody whose token has come from the address before', () => {
    guesses.succeeded('10.0.0.1', 'a-token');
    fail('10.0.0.1', 200);

    expect(guesses.isHeldBack('10.0.0.1', 'a-token')).toBe(false);
    expect(guesses.isHeldBack('10.0.0.1', 'another-token')).toBe(true);
  });

  it('remembers a bounded number of addresses and tokens', () => {
    fail('10.0.0.1', 100);
    guesses.succeeded('10.0.0.1', 'a-token');
    for (let n = 0; n < 10_000; n += 1) guesses.failed(`address ${String(n)}`);
    for (let n = 0; n < 1000; n += 1) guesses.succeeded('10.0.0.1', `token ${String(n)}`);

    expect(guesses.isHeldBack('10.0.0.1', 'a-token')).toBe(false);
    fail('10.0.0.1', 100);
    expect(guesses.isHeldBack('10.0.0.1', 'a-token')).toBe(true);
    expect(guesses.isHeldBack('10.0.0.1', 'token 999')).toBe(false);
  });
});
