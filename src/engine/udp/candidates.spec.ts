import type { NetworkInterfaceInfo } from 'node:os';
import { localCandidates, type AnnouncedAddress, type CandidateOptions } from './candidates.js';
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

const defaults: CandidateOptions = {
  sockets: [],
  listeners: [],
  announcedAddresses: [],
  portOffset: 0,
  mappedEndpoints: [],
  interfaces,
};

function endpoints(sockets: LocalSocket[], announcedAddresses: AnnouncedAddress[] = [], portOffset = 0): string[] {
  return localCandidates({ ...defaults, sockets, announcedAddresses, portOffset }).map(
    (one) => `${one.address} ${String(one.port)}`,
  );
}

describe('localCandidates', () => {
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
    const [first, second] = localCandidates({ ...defaults, sockets: [socket(0, '0.0.0.0')] });

    expect(first?.priority).toBe(2_130_706_431);
    expect(second?.priority).toBe(2_130_706_175);
    expect(first?.foundation).not.toBe(second?.foundation);
  });
  it('puts what others see it as before the addresses of the network, unless addresses are announced', () => {
    const mapped = {
      ...defaults,
      sockets: [socket(0, '0.0.0.0')],
      mappedEndpoints: [{ address: '203.0.113.9', port: 6000 }],
    };
    const announcedAddresses = [{ address: '203.0.113.4', port: undefined }];

    expect(localCandidates(mapped)[0]).toMatchObject({ address: '203.0.113.9', port: 6000, type: 'host' });
    expect(localCandidates({ ...mapped, announcedAddresses }).map(({ address }) => address)).toEqual(['203.0.113.4']);
  });

  it('offers passive TCP behind everything that is UDP, on its own port, with lower priorities (RFC 6544)', () => {
    const sockets = [socket(0, '0.0.0.0')];
    const listeners = [socket(0, '0.0.0.0', 7778)];
    const announcedAddresses = [
      { address: '2001:db8::9', port: 9000 },
      { address: '203.0.113.4', port: 5000 },
    ];
    const candidates = localCandidates({ ...defaults, sockets, listeners, announcedAddresses });

    expect(candidates.map(({ transport, address, port }) => `${transport} ${address} ${String(port)}`)).toEqual([
      'udp 203.0.113.4 5000',
      'udp 2001:db8::9 9000',
      'tcp 203.0.113.4 7778',
      'tcp 2001:db8::9 7778',
    ]);
    expect(candidates.slice(2).every(({ tcpType }) => tcpType === 'passive')).toBe(true);
    expect(candidates[2]?.priority).toBe(90 * 2 ** 24 + 40_959 * 2 ** 8 + 255);
    expect(new Set(candidates.map(({ foundation }) => foundation)).size).toBe(4);
  });
});
