import { isIPv4, isIPv6 } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import type { IceCandidate } from '../../media/sdp/session.js';
import type { LocalSocket } from './udp-port.js';

export type NetworkInterfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

export interface CandidateOptions {
  readonly sockets: readonly LocalSocket[];
  /** They replace detection; one without a port has that of the socket. */
  readonly announcedAddresses: readonly AnnouncedAddress[];
  /** Added to announced ports: workers have consecutive ones. */
  readonly portOffset: number;
  readonly interfaces: NetworkInterfaces;
}

/** Where publishers are told to send media. */
export interface AnnouncedAddress {
  readonly address: string;
  readonly port: number | undefined;
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
 */
export function hostCandidates(options: CandidateOptions): IceCandidate[] {
  const endpoints = options.announcedAddresses.length > 0 ? announced(options) : detected(options);
  const ordered = [...endpoints.filter((e) => isIPv4(e.address)), ...endpoints.filter((e) => isIPv6(e.address))];
  return unique(ordered).map(hostCandidate);
}

function announced({ announcedAddresses, sockets, portOffset }: CandidateOptions): Endpoint[] {
  return announcedAddresses.map(({ address, port }) => ({
    address,
    port: port === undefined ? (sockets[0]?.bound.port ?? 0) : port + portOffset,
  }));
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
