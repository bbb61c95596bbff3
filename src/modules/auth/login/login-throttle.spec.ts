import { WrongCredentialsError } from '../auth.errors.js';
import { FailureDelays } from './failure-delays.js';
import { LoginThrottle, type LoginAttempt } from './login-throttle.js';
import { LoginBusyError, LoginThrottledError } from './login.errors.js';

describe('LoginThrottle', () => {
  let nowMs: number;
  let throttle: LoginThrottle;
  let checks: number;
  let pauses: number[];

  beforeEach(() => {
    nowMs = 1_000_000;
    checks = 0;
    pauses = [];
    throttle = new LoginThrottle({ monotonicMs: () => nowMs }, (delayMs) => Promise.resolve(pauses.push(delayMs)));
  });

  const wrong = (): Promise<void> => {
    checks += 1;
    return Promise.reject(new WrongCredentialsError());
  };
  const right = (): Promise<void> => Promise.resolve();

  /** @returns seconds to wait for each that was refused unchecked, 0 for those that were checked */
  async function fail(times: number, account: string, address: string): Promise<number[]> {
    const waits: number[] = [];
    for (let n = 0; n < times; n += 1) {
      try {
        await throttle.attempt({ account, address }, wrong);
      } catch (error) {
        waits.push(error instanceof LoginThrottledError ? error.retryAfterSeconds : 0);
      }
    }
    return waits;
  }

  /** Right log-ins at a time, of as many accounts, which end once they may. */
  function many(times: number, addressOf: (n: number) => string) {
    let running = 0;
    let most = 0;
    let done = 0;
    let finish = (): void => undefined;
    const gate = new Promise<void>((resolve) => (finish = resolve));
    const slow = async (): Promise<void> => {
      running += 1;
      most = Math.max(most, running);
      await gate;
      running -= 1;
      done += 1;
    };
    const attempts = Array.from({ length: times }, (_, n) =>
      throttle.attempt({ account: `account-${String(n)}`, address: addressOf(n) }, slow),
    );
    for (const attempt of attempts) attempt.catch(() => undefined);
    return { attempts, finish, most: () => most, done: () => done };
  }

  /** One more right log-in, after a thousand others. @returns how many of those were checked before it, and the ends of all */
  async function amongMany(mine: LoginAttempt, addressOf = (n: number): string => `address-${String(n)}`) {
    const { attempts, finish, done } = many(1000, addressOf);
    let before = Infinity;
    const attempt = throttle.attempt(mine, () => {
      before = done();
      return Promise.resolve();
    });
    finish();
    await attempt;
    return { before, ends: await Promise.allSettled(attempts) };
  }

  it('lets people mistype, then makes them wait longer with every failure', async () => {
    expect(await fail(6, 'ann', '192.0.2.1')).toEqual([0, 0, 0, 0, 0, 0]);
    const waits: number[] = [];
    for (let n = 0; n < 4; n += 1) {
      const [wait = 0] = await fail(1, 'ann', '192.0.2.1');
      waits.push(wait);
      nowMs += wait * 1000;
      await fail(1, 'ann', '192.0.2.1');
    }

    expect(waits).toEqual([1, 2, 4, 8]);
  });

  it('checks nothing while an account has to wait for its failures from there, whatever the password is', async () => {
    await fail(6, 'ann', '192.0.2.1');
    checks = 0;

    await expect(throttle.attempt({ account: 'ann', address: '192.0.2.1' }, right)).rejects.toThrow(
      LoginThrottledError,
    );
    expect(checks).toBe(0);
    await throttle.attempt({ account: 'bob', address: '192.0.2.1' }, right);
  });

  it('lets a person in from a new place while twenty addresses try the account all the time', async () => {
    for (let round = 0; round < 500; round += 1) {
      nowMs += 1000;
      for (let n = 1; n <= 20; n += 1) await fail(1, 'ann', `192.0.2.${String(n)}`);
      await throttle.attempt({ account: 'ann', address: `198.51.100.${String(round)}` }, right);
    }

    expect(checks).toBeLessThan(20 * 40);
  });

  it('slows an account that very many addresses try, never by more than five seconds, and never where it was before', async () => {
    await throttle.attempt({ account: 'ann', address: '198.51.100.1' }, right);
    for (let n = 0; n < 300; n += 1) await fail(1, 'ann', `address-${String(n)}`);
    expect(pauses.slice(0, 3)).toEqual([500, 1000, 1500]);
    expect(Math.max(...pauses)).toBe(5000);
    expect(await fail(1, 'ann', 'another')).toEqual([0]);

    pauses = [];
    await throttle.attempt({ account: 'ann', address: '198.51.100.1' }, right);
    expect(pauses).toEqual([]);
  });

  it('lets an account in from where it has been before while strangers try it elsewhere', async () => {
    await throttle.attempt({ account: 'ann', address: '198.51.100.1' }, right);
    await fail(20, 'ann', '192.0.2.1');

    await throttle.attempt({ account: 'ann', address: '198.51.100.1' }, right);
  });

  it('makes an address that tries many accounts wait, up to a quarter of an hour', async () => {
    const waits: number[] = [];
    for (let n = 0; n < 40; n += 1) {
      const [wait = 0] = await fail(1, `account-${String(n)}`, '192.0.2.1');
      waits.push(wait);
      nowMs += wait * 1000;
    }

    expect(waits.slice(0, 11)).toEqual(Array<number>(11).fill(0));
    expect(Math.max(...waits)).toBe(900);
  });

  it('treats an account that there is not like one that there is', async () => {
    expect(await fail(9, 'nobody', '192.0.2.1')).toEqual(await fail(9, 'ann', '192.0.2.2'));
  });

  it('forgets after a success', async () => {
    await fail(5, 'ann', '192.0.2.1');
    await throttle.attempt({ account: 'ann', address: '192.0.2.1' }, right);

    expect(await fail(5, 'ann', '192.0.2.1')).toEqual([0, 0, 0, 0, 0]);
  });

  it('checks one password at a time, some wait, the others are turned away at once and not counted', async () => {
    const { attempts, finish, most } = many(1000, (n) => `address-${String(n)}`);
    finish();
    const ends = await Promise.allSettled(attempts);

    expect(most()).toBe(1);
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(201);
    expect(ends.filter((end) => end.status === 'rejected' && end.reason instanceof LoginBusyError)).toHaveLength(799);
  });

  it('has no address take the places of others', async () => {
    const { before, ends } = await amongMany(
      { account: 'ann', address: '198.51.100.1' },
      (n) => `address-${String(n % 60)}`,
    );

    expect(before).toBeLessThanOrEqual(61);
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(121);
  });

  it('checks who is familiar before all strangers, however many wait', async () => {
    await throttle.attempt({ account: 'ann', address: '198.51.100.1' }, right);
    const { before } = await amongMany({ account: 'ann', address: '198.51.100.1' });

    expect(before).toBe(1);
  });

  it('checks a device before all strangers that has logged in to the account before, wherever it comes from', async () => {
    const { before } = await amongMany({ account: 'ann', address: '203.0.113.5', device: 'device 1' });

    expect(before).toBe(1);
  });

  it('gives no address more guesses, however many devices it shows', async () => {
    for (let n = 0; n < 300; n += 1) {
      const attempt = { account: 'ann', address: '192.0.2.1', device: `device ${String(n)}` };
      await throttle.attempt(attempt, wrong).catch(() => undefined);
    }

    expect(checks).toBe(6);
  });

  it('has a device be a stranger that got five passwords wrong, until it gets one right', async () => {
    const mine = (n: number) => ({ account: 'ann', address: `198.51.100.${String(n)}`, device: 'device 1' });
    for (let n = 0; n < 150; n += 1) await fail(1, 'ann', `address-${String(n)}`);
    const isSlowed = async (n: number, check: () => Promise<void>): Promise<boolean> => {
      pauses = [];
      await throttle.attempt(mine(n), check).catch(() => undefined);
      return pauses.length > 0;
    };

    for (let n = 0; n < 5; n += 1) expect(await isSlowed(n, wrong)).toBe(false);
    expect(await isSlowed(5, right)).toBe(true);
    expect(await isSlowed(6, right)).toBe(false);
  });

  it.each([
    ['devices', (n: number) => ({ account: 'kiosk', address: `address-${String(n)}`, device: `device ${String(n)}` })],
    ['addresses', (n: number) => ({ account: 'kiosk', address: `address-${String(n)}` })],
  ])('lets other accounts in while 320 familiar %s of one try theirs', async (_what, attemptOf) => {
    for (let n = 0; n < 320; n += 1) await throttle.attempt(attemptOf(n), right);
    await throttle.attempt({ account: 'ann', address: '198.51.100.1' }, right);
    let finish = (): void => undefined;
    const gate = new Promise<void>((resolve) => (finish = resolve));
    let done = 0;
    const slow = async (): Promise<void> => {
      await gate;
      done += 1;
    };
    const others = Array.from({ length: 320 }, (_, n) => throttle.attempt(attemptOf(n), slow));
    const ends = Promise.allSettled(others);
    let before = Infinity;
    const mine = throttle.attempt({ account: 'ann', address: '198.51.100.1' }, () => {
      before = done;
      return Promise.resolve();
    });
    finish();
    await mine;
    await ends;

    expect(before).toBeLessThanOrEqual(5);
  });

  it('knows nobody of an account that has another password, or is gone', async () => {
    await throttle.attempt({ account: 'ann', version: '1', address: '198.51.100.1' }, right);
    for (let n = 0; n < 150; n += 1) await fail(1, 'ann', `address-${String(n)}`);
    const isSlowed = async (version: string | undefined): Promise<boolean> => {
      pauses = [];
      await throttle.attempt({ account: 'ann', version, address: '198.51.100.1' }, wrong).catch(() => undefined);
      return pauses.length > 0;
    };

    expect([await isSlowed('1'), await isSlowed('2'), await isSlowed(undefined)]).toEqual([false, true, true]);
  });

  it('checks who comes from where somebody has logged in before all who come from elsewhere', async () => {
    await throttle.attempt({ account: 'bob', address: '198.51.100.1' }, right);
    const { before } = await amongMany({ account: 'ann', address: '198.51.100.1' });

    expect(before).toBe(1);
  });

  it('remembers a limited number of names', () => {
    const delays = new FailureDelays({ free: 1, longestMs: 1000 }, { monotonicMs: () => nowMs });
    for (let n = 0; n < 30_000; n += 1) delays.add(`name-${String(n)}`);

    expect(delays.size).toBe(10_000);
  });
});
