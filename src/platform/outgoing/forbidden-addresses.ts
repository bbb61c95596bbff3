import { BlockList, isIP } from 'node:net';

/** Networks that only mean something here: of this machine, of this site, of nobody, of many (RFC 6890). */
const LOCAL: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** Which addresses a request that somebody else asked for may be sent to: public ones, and those that are allowed. */
export class ForbiddenAddresses {
  private readonly local = listOf(LOCAL);
  private readonly allowed: BlockList;

  /** @param allowed addresses and networks (`10.0.0.7`, `fd00::/8`) */
  constructor(allowed: readonly string[]) {
    this.allowed = listOf(
      allowed.map((text) => {
        const [address = '', length] = text.split('/');
        return [address, length === undefined ? (isIP(address) === 6 ? 128 : 32) : Number(length)] as const;
      }),
    );
  }

  /** @param address an IP address, without brackets */
  isForbidden(address: string): boolean {
    const plain = plainOf(address);
    const family = isIP(plain) === 6 ? 'ipv6' : 'ipv4';
    return !this.allowed.check(plain, family) && this.local.check(plain, family);
  }
}

/** An IPv4 address in IPv6 clothes is that IPv4 address, however it is written. */
function plainOf(address: string): string {
  if (isIP(address) !== 6 || address.includes('%')) return address;
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const hex = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(short);
  if (hex === null) return MAPPED.exec(address)?.[1] ?? address;
  const [high, low] = [parseInt(hex[1] ?? '', 16), parseInt(hex[2] ?? '', 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

function listOf(networks: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [address, length] of networks) list.addSubnet(address, length, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return list;
}
