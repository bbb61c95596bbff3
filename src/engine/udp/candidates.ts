import { isIPv4, isIPv6 } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import type { IceCandidate } from '../../media/sdp/session.js';
import type { LocalSocket } from './udp-port.js';

export type NetworkInterfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

export interface CandidateOptions {
  readonly sockets: readonly LocalSocket[];
  /** `ip`, `ip:port` or `[ip6]:port` each; they replace detection. */
  readonly announcedAddresses: readonly string[];
  /** Added to announced ports: workers have consecutive ones. */
  readonly portOffset: number;
  readonly interfaces: NetworkInterfaces;
}

interface Endpoint {
  readonly address: string;
  readonly port: number;
}

const COMPONENT = 1;
/** RFC 8445 section 5.1.2.2. */
const HOST_PREFERENCE = 126;
const HIGHEST_LOCAL_PREFERENCE = 65_535;

/**
 * Our host candidates, best first. The first is IPv4 wherever there is one: some publishers use only the first.
 *
 * @throws {RangeError} for an announced address that is none
 */
export function hostCandidates(options: CandidateOptions): IceCandidate[] {
  const endpoints = options.announcedAddresses.length > 0 ? announced(options) : detected(options);
  const ordered = [...endpoints.filter((e) => isIPv4(e.address)), ...endpoints.filter((e) => isIPv6(e.address))];
  return unique(ordered).map(hostCandidate);
}

/**
 * @returns address and port (undefined when absent) of `ip`, `ip:port` or `[ip6]:port`
 * @throws {RangeError} for anything else
 */
export function parseAnnouncedAddress(text: string): { address: string; port: number | undefined } {
  if (isIPv4(text) || isIPv6(text)) return { address: text, port: undefined };
  const match = /^(?:\[(?<v6>[^\]]+)\]|(?<v4>[\d.]+)):(?<port>\d{1,5})$/.exec(text);
  const { v4, v6, port } = match?.groups ?? {};
  const address = v4 !== undefined && isIPv4(v4) ? v4 : v6 !== undefined && isIPv6(v6) ? v6 : undefined;
  const portNumber = Number(port);
  if (address === undefined || portNumber < 1 || portNumber > 65_535) {
    throw new RangeError(`Not an address to announce: ${text}. Allowed are ip, ip:port and [ip6]:port.`);
  }
  return { address, port: portNumber };
}

function announced({ announcedAddresses, sockets, portOffset }: CandidateOptions): Endpoint[] {
  return announcedAddresses.map((text) => {
    const { address, port } = parseAnnouncedAddress(text);
    return { address, port: port === undefined ? (sockets[0]?.bound.port ?? 0) : port + portOffset };
  });
}

function detected({ sockets, interfaces }: CandidateOptions): Endpoint[] {
  return sockets.flatMap(({ bound }) => {
    if (bound.address !== '0.0.0.0' && bound.address !== '::') return [bound];
    return interfaceAddresses(interfaces, bound.family).map((address) => ({ address, port: bound.port }));
  });
}

/** Addresses that others can reach first, loopback last; link-local ones need a zone, which candidates cannot carry. */
function interfaceAddresses(interfaces: NetworkInterfaces, family: 'IPv4' | 'IPv6'): string[] {
  const all = Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter((one) => one.family === family && !isLinkLocal(one.address));
  return [...all.filter((one) => !one.internal), ...all.filter((one) => one.internal)].map((one) => one.address);
}

function isLinkLocal(address: string): boolean {
  return /^fe[89ab]/i.test(address) || address.startsWith('169.254.');
}

function unique(endpoints: readonly Endpoint[]): Endpoint[] {
  return [...new Map(endpoints.map((one) => [`${one.address} ${String(one.port)}`, one])).values()];
}

function hostCandidate({ address, port }: Endpoint, index: number): IceCandidate {
  const localPreference = HIGHEST_LOCAL_PREFERENCE - index;
  const priority = HOST_PREFERENCE * 2 ** 24 + localPreference * 2 ** 8 + (256 - COMPONENT);
  return {
    foundation: String(index + 1),
    component: COMPONENT,
    transport: 'udp',
    priority,
    address,
    port,
    type: 'host',
  };
}
