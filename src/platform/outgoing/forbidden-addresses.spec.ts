import { ForbiddenAddresses } from './forbidden-addresses.js';

describe('addresses that nobody may have us ask', () => {
  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.255.255',
    '192.168.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fec0::1',
    'feff::1',
    'fd00::7',
    '::7f00:1',
    '::127.0.0.1',
    '::808:808',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '0:0:0:0:0:ffff:a9fe:a9fe',
    '64:ff9b::a00:1',
  ])('are local ones: %s', (address) => {
    expect(new ForbiddenAddresses([]).isForbidden(address)).toBe(true);
  });

  it.each(['8.8.8.8', '172.32.0.1', '2001:4860:4860::8888', '::ffff:8.8.8.8'])('are not public ones: %s', (address) => {
    expect(new ForbiddenAddresses([]).isForbidden(address)).toBe(false);
  });

  it('are not those that the configuration allows', () => {
    const forbidden = new ForbiddenAddresses(['127.0.0.1', '10.0.0.0/8', 'fd00::/8']);

    expect(
      ['127.0.0.1', '::ffff:127.0.0.1', '10.9.9.9', 'fd12::1'].filter((one) => forbidden.isForbidden(one)),
    ).toEqual([]);
    expect(['127.0.0.2', '192.168.0.1', 'fe80::1'].every((one) => forbidden.isForbidden(one))).toBe(true);
  });
});
