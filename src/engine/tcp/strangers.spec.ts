import { Strangers } from './strangers.js';

const stranger = (address: string, openedMs = 0) => ({ address, openedMs });

describe('Strangers', () => {
  it('lets the oldest make room when there are too many', () => {
    const strangers = new Strangers({ inAll: 2, perNetwork: 2 });
    const [first, second, third] = [stranger('192.0.2.1'), stranger('192.0.2.2'), stranger('192.0.2.3')];

    expect([first, second, third].map((one) => strangers.add(one))).toEqual([undefined, undefined, first]);
    expect([first, second, third].map((one) => strangers.has(one))).toEqual([false, true, true]);
  });

  it.each([
    ['of one IPv4 address', '192.0.2.1', '192.0.2.1', true],
    ['of another IPv4 address', '192.0.2.1', '192.0.2.2', false],
    ['of one /64', '2001:db8::1', '2001:db8::ffff:1', true],
    ['of another /64', '2001:db8::1', '2001:db8:0:1::1', false],
  ])('refuses the newest of too many: %s', (_, before, next, isRefused) => {
    const strangers = new Strangers({ inAll: 100, perNetwork: 1 });
    strangers.add(stranger(before));
    const newest = stranger(next);

    expect(strangers.add(newest)).toBe(isRefused ? newest : undefined);
  });

  it('has room again for an address whose connection has proved something or is gone', () => {
    const strangers = new Strangers({ inAll: 100, perNetwork: 1 });
    const first = stranger('192.0.2.1');
    strangers.add(first);

    strangers.delete(first);
    strangers.delete(first);

    expect(strangers.add(stranger('192.0.2.1'))).toBeUndefined();
    expect(strangers.count).toBe(1);
  });

  it('names those that have been here for too long', () => {
    const strangers = new Strangers({ inAll: 100, perNetwork: 100 });
    const [early, late] = [stranger('192.0.2.1', 1000), stranger('192.0.2.1', 2000)];
    strangers.add(early);
    strangers.add(late);

    expect(strangers.openedBefore(2000)).toEqual([early]);
  });
});
