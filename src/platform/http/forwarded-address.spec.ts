import { forwardedAddressOf, type TrustsProxy } from './forwarded-address.js';

const PROXIES = ['10.0.0.1', '10.0.0.2'];
const trusts: TrustsProxy = (address) => PROXIES.includes(address);

function of(remoteAddress: string, forwarded?: string, judge: TrustsProxy | undefined = trusts): string {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return forwardedAddressOf({ socket: { remoteAddress }, headers }, judge);
}

describe('the address of a request', () => {
  it('is that of who connects, where nobody is believed', () => {
    expect(of('10.0.0.1', '192.0.2.7', () => false)).toBe('10.0.0.1');
    expect(of('192.0.2.9', '192.0.2.7')).toBe('192.0.2.9');
    expect(of('192.0.2.9')).toBe('192.0.2.9');
  });

  it('is what a proxy that is believed says, however many there are', () => {
    expect(of('10.0.0.1', '192.0.2.7')).toBe('192.0.2.7');
    expect(of('10.0.0.1', '192.0.2.7, 10.0.0.2')).toBe('192.0.2.7');
    expect(of('10.0.0.1')).toBe('10.0.0.1');
    expect(of('10.0.0.1', '10.0.0.2')).toBe('10.0.0.2');
  });

  it('is nothing that the client puts in front of it', () => {
    expect(of('10.0.0.1', '127.0.0.1, 192.0.2.7')).toBe('192.0.2.7');
  });
});
