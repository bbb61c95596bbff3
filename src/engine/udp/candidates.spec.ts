import type { NetworkInterfaceInfo } from 'node:os';
import { hostCandidates, type AnnouncedAddress } from './candidates.js';
import type { LocalSocket } from './udp-port.js';

function socket(id: number, address: string, port = 7777): LocalSocket {
  return { id, bound: { address, port, family: address.includes(':') ? 'IPv6' : 'IPv4' } };
}

function card(address: string, internal = false): NetworkInterfaceInfo {
  const common = { address, internal, netmask: '', mac: '', cidr: null };
  return address.includes(':') ? { ...common, family: 'IPv6', scopeid: 0 } : { ...common, family: 'IPv4' };
}

const interfaces = {
  lo: [card('127.0.0.1', true), card('::1', true)],
  eth0: [card('fe80::1'), card('2001:db8::5'), card('192.0.2.5')],
};

function endpoints(sockets: LocalSocket[], announcedAddresses: AnnouncedAddress[] = [], portOffset = 0): string[] {
  return hostCandidates({ sockets, announcedAddresses, portOffset, interfaces }).map(
    (one) => `${one.address} ${String(one.port)}`,
  );
}

describe('hostCandidates', () => {
  it('detects IPv4 of the network first, then IPv4 loopback, then IPv6 without link-local ones', () => {
    expect(endpoints([socket(0, '::'), socket(1, '0.0.0.0')])).toEqual([
      '192.0.2.5 7777',
      '127.0.0.1 7777',
      '2001:db8::5 7777',
      '::1 7777',
    ]);
  });

  it('offers a specific listen address only', () => {
    expect(endpoints([socket(0, '127.0.0.1', 4000)])).toEqual(['127.0.0.1 4000']);
  });

  it('offers announced addresses instead, IPv4 first, with their own ports where they have some', () => {
    const announced = [
      { address: '2001:db8::9', port: 9000 },
      { address: '203.0.113.4', port: undefined },
      { address: '203.0.113.5', port: 5000 },
    ];

    expect(endpoints([socket(0, '0.0.0.0')], announced, 2)).toEqual([
      '203.0.113.4 7777',
      '203.0.113.5 5002',
      '2001:db8::9 9002',
    ]);
  });

  it('gives earlier candidates higher priorities (RFC 8445 section 5.1.2.1)', () => {
    const [first, second] = hostCandidates({
      sockets: [socket(0, '0.0.0.0')],
      announcedAddresses: [],
      portOffset: 0,
      interfaces,
    });

    expect(first?.priority).toBe(2_130_706_431);
    expect(second?.priority).toBe(2_130_706_175);
    expect(first?.foundation).not.toBe(second?.foundation);
  });
});
