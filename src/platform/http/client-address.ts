import { isIPv6 } from 'node:net';
import type { Request } from 'express';

const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
/** Groups of an IPv6 address that name the network which a customer of a provider has at least. */
const NETWORK_GROUPS = 4;

/** @returns whose a request counts as: an IPv4 address, or the /64 of an IPv6 one, which one customer has all of */
export function clientOf({ ip = '' }: Pick<Request, 'ip'>): string {
  return clientOfAddress(ip);
}

export function clientOfAddress(address: string): string {
  const ipv4 = MAPPED_IPV4.exec(address)?.[1];
  if (ipv4 !== undefined) return ipv4;
  const [bare = ''] = address.split('%', 1);
  return isIPv6(bare) ? `${networkOf(bare)}::/64` : address;
}

function networkOf(address: string): string {
  const [head = '', tail] = address.split('::');
  const groups = groupsOf(head);
  const last = tail === undefined ? [] : groupsOf(tail);
  while (tail !== undefined && groups.length + last.length < 8) groups.push('0');
  return [...groups, ...last]
    .slice(0, NETWORK_GROUPS)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}

/** The last four bytes may be written as those of an IPv4 address. */
function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':').flatMap((group) => (group.includes('.') ? ['0', '0'] : [group]));
}
