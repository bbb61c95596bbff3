import { BlockList, isIPv6 } from 'node:net';

/** Who can reach an address: everybody, this network, or this machine only. */
export type AddressScope = 'public' | 'private' | 'loopback';

const LOOPBACK = blockList(['127.0.0.0', 8], ['::1', 128]);
/** RFC 1918, RFC 6598 (carriers' NAT), RFC 3927, RFC 4193, RFC 4291. */
const PRIVATE = blockList(
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['fc00::', 7],
  ['fe80::', 10],
);

/** @param address literal */
export function scopeOf(address: string): AddressScope {
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  if (LOOPBACK.check(address, family)) return 'loopback';
  return PRIVATE.check(address, family) ? 'private' : 'public';
}

function blockList(...subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [address, bits] of subnets) list.addSubnet(address, bits, isIPv6(address) ? 'ipv6' : 'ipv4');
  return list;
}
