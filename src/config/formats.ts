import { BlockList, isIP } from 'node:net';

export interface ListenAddress {
  /** An IP address without brackets. */
  readonly address: string;
  readonly port: number;
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/i;

/** @param text `ip:port`, `[ip6]:port` or `localhost:port`; port 0 is any free one */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) return undefined;
  const address = match[1] ?? (match[2] === 'localhost' ? '127.0.0.1' : match[2]) ?? '';
  const family = isIP(address);
  return family === (match[1] === undefined ? 4 : 6) ? { address, port } : undefined;
}

/** @returns `ip:port`, an IPv6 address in brackets */
export function formatListenAddress({ address, port }: ListenAddress): string {
  return isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}

/**
 * @param text `ip`, `ip:port` or `[ip6]:port`: where publishers are told to send media
 * @returns no port where the text has none: it is the one that media is received on; undefined for what nobody can send to
 */
export function parseAnnouncedAddress(text: string): { address: string; port: number | undefined } | undefined {
  const announced = isIP(text) === 0 ? parseListenAddress(text) : { address: text, port: undefined };
  if (announced === undefined || announced.port === 0 || text.startsWith('localhost')) return undefined;
  return isReachable(announced.address) ? announced : undefined;
}

const NOBODYS = new BlockList();
NOBODYS.addSubnet('0.0.0.0', 8, 'ipv4');
NOBODYS.addSubnet('224.0.0.0', 3, 'ipv4');
NOBODYS.addAddress('::', 'ipv6');
NOBODYS.addSubnet('ff00::', 8, 'ipv6');

/** @returns whether something may be sent to it from elsewhere: not to no address, to many, or to one that means something on this machine alone (fe80::1%eth0) */
function isReachable(address: string): boolean {
  if (address.includes('%')) return false;
  return !NOBODYS.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** True when only this machine can reach the address. */
export function isLoopback(address: string): boolean {
  return LOOPBACK.test(address);
}

/** @returns true for a name of the IANA time zone database, as this Node knows it */
export function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

const STUN_PORT = 3478;
const SQLITE_URL = /^sqlite:(?:(?=:memory:)|\/\/)([^?]+)(?:\?mode=(?:rwc|rw))?$/;

/** @returns the path in `sqlite://PATH`, with or without `?mode=rwc`; `:memory:` is a path too; undefined for any other URL */
export function sqlitePath(url: string): string | undefined {
  return SQLITE_URL.exec(url)?.[1];
}

/** @returns true for `postgres://…` and `postgresql://…`; the host may be missing where `?host=` names it, or a folder with a socket */
export function isPostgresUrl(url: string): boolean {
  return /^postgres(?:ql)?:\/\/\S*$/.test(url) && URL.canParse(url.replace('@/', '@localhost/'));
}

/** `stun:host[:port]`, `turn:host[:port][?transport=udp]` and their TLS forms (RFC 7064, RFC 7065). */
export function isIceServerUrl(text: string): boolean {
  return /^(?:stuns?:[\w.:[\]-]+|turns?:[\w.:[\]-]+(?:\?transport=(?:udp|tcp))?)$/i.test(text);
}

/** @param text `stun:host` or `stun:host:port`, an IPv6 address in brackets (RFC 7064) @returns port 3478 where there is none */
export function parseStunUrl(text: string): { host: string; port: number } | undefined {
  const match = /^stun:(?:\[([\da-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/i.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3] ?? STUN_PORT);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

/** The origin of a store: `http://127.0.0.1:9000`, without credentials, path and query. */
export function isHttpUrlOrEmpty(text: string): boolean {
  if (text === '') return true;
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return false;
  return url.username === '' && url.password === '' && url.pathname === '/' && url.search === '' && url.hash === '';
}
