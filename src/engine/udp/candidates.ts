import { isIPv4, isIPv6 } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import type { IceCandidate } from '../../media/sdp/session.js';
import type { LocalSocket } from './udp-port.js';

export type NetworkInterfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

export interface CandidateOptions {
  readonly sockets: readonly LocalSocket[];
  /** That TCP connections are accepted on; none without ICE over TCP. */
  readonly listeners: readonly LocalSocket[];
  /** They replace detection; one without a port has that of the socket. */
  readonly announcedAddresses: readonly AnnouncedAddress[];
  /** Added to announced ports: workers have consecutive ones. */
  readonly portOffset: number;
  /** What others see the UDP sockets as, where somebody was asked. */
  readonly mappedEndpoints: readonly Endpoint[];
  readonly interfaces: NetworkInterfaces;
}

/** Where publishers are told to send media. */
export interface AnnouncedAddress {
  readonly address: string;
  readonly port: number | undefined;
}

/** A port somewhere, as a candidate names it. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

const COMPONENT = 1;
/** RFC 8445 section 5.1.2.2. */
const HOST_PREFERENCE = 126;
/** Below everything by UDP, as browsers do with theirs (RFC 6544 section 4.2). */
const TCP_PREFERENCE = 90;
const HIGHEST_LOCAL_PREFERENCE = 65_535;
/** RFC 6544 section 4.2: the direction's preference in the upper three bits, passive being 4. */
const HIGHEST_PASSIVE_PREFERENCE = 4 * 2 ** 13 + 2 ** 13 - 1;

/**
 * Our candidates, best first: UDP, then TCP. The first is IPv4 wherever there is one: some publishers use only the first.
 */
export function localCandidates(options: CandidateOptions): IceCandidate[] {
  const udp = bestFirst(udpEndpoints(options)).map(udpCandidate);
  const tcp = bestFirst(tcpEndpoints(options)).map((endpoint, index) => tcpCandidate(endpoint, index, udp.length));
  return [...udp, ...tcp];
}

function udpEndpoints(options: CandidateOptions): Endpoint[] {
  const { announcedAddresses, portOffset, sockets, mappedEndpoints, interfaces } = options;
  if (announcedAddresses.length === 0) return [...mappedEndpoints, ...detected(sockets, interfaces)];
  return announcedAddresses.map(({ address, port }) => ({
    address,
    port: port === undefined ? portOf(sockets) : port + portOffset,
  }));
}

/** Ports that are announced or mapped are those of UDP: that of TCP is the same outside as inside. */
function tcpEndpoints({ announcedAddresses, listeners, mappedEndpoints, interfaces }: CandidateOptions): Endpoint[] {
  const port = portOf(listeners);
  const outside = (announcedAddresses.length > 0 ? announcedAddresses : mappedEndpoints).map(({ address }) => ({
    address,
    port,
  }));
  if (listeners.length === 0) return [];
  return announcedAddresses.length > 0 ? outside : [...outside, ...detected(listeners, interfaces)];
}

function portOf(sockets: readonly LocalSocket[]): number {
  return sockets[0]?.bound.port ?? 0;
}

function detected(sockets: readonly LocalSocket[], interfaces: NetworkInterfaces): Endpoint[] {
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

/** IPv4 before IPv6, each once. */
function bestFirst(endpoints: readonly Endpoint[]): Endpoint[] {
  const ordered = [...endpoints.filter((e) => isIPv4(e.address)), ...endpoints.filter((e) => isIPv6(e.address))];
  return unique(ordered);
}

export function unique(endpoints: readonly Endpoint[]): Endpoint[] {
  return [...new Map(endpoints.map((one) => [`${one.address} ${String(one.port)}`, one])).values()];
}

function udpCandidate(endpoint: Endpoint, index: number): IceCandidate {
  const priority = priorityOf(HOST_PREFERENCE, HIGHEST_LOCAL_PREFERENCE - index);
  return { ...hostCandidate(endpoint, index), transport: 'udp', priority };
}

/** @param before number of candidates whose foundations are taken */
function tcpCandidate(endpoint: Endpoint, index: number, before: number): IceCandidate {
  const priority = priorityOf(TCP_PREFERENCE, HIGHEST_PASSIVE_PREFERENCE - index);
  return { ...hostCandidate(endpoint, before + index), transport: 'tcp', tcpType: 'passive', priority };
}

function hostCandidate({ address, port }: Endpoint, index: number): Omit<IceCandidate, 'transport' | 'priority'> {
  return { foundation: String(index + 1), component: COMPONENT, address, port, type: 'host' };
}

/** RFC 8445 section 5.1.2.1. */
function priorityOf(typePreference: number, localPreference: number): number {
  return typePreference * 2 ** 24 + localPreference * 2 ** 8 + (256 - COMPONENT);
}
