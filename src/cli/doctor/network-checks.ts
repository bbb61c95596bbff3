import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { isLoopback, parseAnnouncedAddress, parseStunUrl, type AppConfig } from '../../config/index.js';
import { openOnOnePort } from '../../engine/one-port.js';
import { AddressMapping, type MappedAddresses } from '../../engine/udp/address-mapping.js';
import { localCandidates, type Endpoint } from '../../engine/udp/candidates.js';
import type { LocalSocket } from '../../engine/udp/udp-port.js';
import type { IceCandidate } from '../../media/sdp/session.js';
import { adviceFor, type Advice } from '../../modules/ice/reachability-advice.js';
import { scopeOf } from '../../modules/ice/address-scope.js';
import type { Finding } from './finding.js';
import { openUdp, udpSockets } from './media-sockets.js';
import { listenAddressOf, type RunningServer } from '../running-server.js';

const STUN_LIMIT_MS = 1500;
const STUN_ROUNDS = 2;
const ARRIVAL_LIMIT_MS = 300;
const TRIES = 3;
const SIGN_BYTES = 16;
/** Nobody has had a chance to arrive at a server that does not run. */
const ABOUT_ARRIVALS: readonly Advice['code'][] = ['nothing-arrived', 'udp-blocked'];

/** Where publishers would be told to send, and whether a datagram from this machine gets there. */
export async function networkFindings(config: AppConfig): Promise<Finding[]> {
  const { udp_port: port, listen_addresses: addresses } = config.webrtc;
  const open = await openOnOnePort(udpSockets, addresses, port);
  try {
    const stun = await askStun(config, open);
    const candidates = candidatesOf(config, open, stun);
    const arrivals = await Promise.all(candidates.map(async (one) => arrival(one, await trySending(one, open))));
    return [...adviceFindings(config, candidates, stun), ...arrivals];
  } finally {
    await Promise.all(open.map((socket) => udpSockets.close(socket)));
  }
}

/** A server that runs knows more than could be tried beside it: who has arrived. */
export async function runningServerFindings(config: AppConfig, server: RunningServer): Promise<Finding[]> {
  const check = 'udp-reachability';
  const response = await server.ask('GET', '/api/v1/reachability');
  if (!response.ok) {
    const remedy = 'Look at the section Reachability of its page, or stop the server and ask again.';
    return [{ check, severity: 'note', message: 'The server that runs here did not tell who reaches it.', remedy }];
  }
  const { advice } = (await response.json()) as { readonly advice: readonly Advice[] };
  if (advice.length === 0) return [{ check, severity: 'ok', message: 'Publishers reach the server that runs here.' }];
  return advice.map((one) => ({ check, severity: severityOf(one, isMeantForOthers(config)), message: one.message }));
}

async function askStun({ webrtc }: AppConfig, open: readonly Socket[]): Promise<MappedAddresses | undefined> {
  const servers = webrtc.stun_servers.flatMap((url) => parseStunUrl(url) ?? []);
  if (servers.length === 0) return undefined;
  const mapping = new AddressMapping({
    servers,
    sockets: localSockets(open),
    randomBytes,
    resolve: async (host) => (await lookup(host, { all: true }).catch(() => [])).map(({ address }) => address),
    send: (datagram, { port, address }, socketId) => open[socketId]?.send(datagram, port, address),
    expectFrom: () => undefined,
  });
  open.forEach((socket, id) => {
    socket.on('error', () => undefined);
    socket.on('message', (datagram, { address, port, family }) => {
      mapping.stun(datagram, { address, port, family: family === 'IPv6' ? 'IPv6' : 'IPv4' }, id);
    });
  });
  for (let round = 0; round < STUN_ROUNDS && mapping.mapped.answers === 0; round += 1) {
    await mapping.ask();
    await mapping.settled(STUN_LIMIT_MS);
  }
  return mapping.mapped;
}

function candidatesOf(
  { webrtc }: AppConfig,
  open: readonly Socket[],
  stun: MappedAddresses | undefined,
): IceCandidate[] {
  return localCandidates({
    sockets: localSockets(open),
    listeners: [],
    announcedAddresses: webrtc.announced_addresses.flatMap((text) => parseAnnouncedAddress(text) ?? []),
    portOffset: 0,
    mappedEndpoints: stun?.endpoints ?? [],
    interfaces: networkInterfaces(),
  });
}

function localSockets(open: readonly Socket[]): LocalSocket[] {
  return open.map((socket, id) => {
    const { address, port, family } = socket.address();
    return { id, bound: { address, port, family: family === 'IPv6' ? 'IPv6' : 'IPv4' } };
  });
}

function adviceFindings(
  config: AppConfig,
  candidates: readonly IceCandidate[],
  stun: MappedAddresses | undefined,
): Finding[] {
  const check = 'announced-addresses';
  const never = { addresses: 0, lastEpochMs: undefined };
  const { udp_port: udpPort, tcp_port: tcpPort } = config.webrtc;
  const tcp = tcpPort === 0 ? undefined : { port: tcpPort, arrivals: never };
  const worker = { worker: 0, candidates, udp: { port: udpPort, arrivals: never }, tcp, stun };
  const advice = adviceFor([worker]).filter(({ code }) => !ABOUT_ARRIVALS.includes(code));
  const named = candidates.map(({ address, port }) => `${address} port ${port}`).join(', ');
  return [
    { check, severity: 'ok', message: `Publishers are told to send to ${named}.` },
    ...advice.map((one): Finding => ({
      check,
      severity: severityOf(one, isMeantForOthers(config)),
      message: one.message,
    })),
  ];
}

/** A server that listens on loopback alone is one to try things with. */
function isMeantForOthers(config: AppConfig): boolean {
  return !isLoopback(listenAddressOf(config).address);
}

function severityOf({ code }: Advice, isForOthers: boolean): Finding['severity'] {
  if (code === 'tcp-off' || code === 'private-only' || code === 'nothing-arrived') return 'note';
  if (code === 'loopback-only') return isForOthers ? 'problem' : 'note';
  return 'warning';
}

/** @returns whether a datagram that is sent to the endpoint from another socket arrives at one of ours */
async function trySending({ address, port }: Endpoint, open: readonly Socket[]): Promise<boolean> {
  const sign = randomBytes(SIGN_BYTES);
  const sender = await openUdp(address.includes(':') ? '::' : '0.0.0.0', 0).catch(() => undefined);
  if (sender === undefined) return false;
  sender.on('error', () => undefined);
  const arrived: Buffer[] = [];
  const hear = (datagram: Buffer): void => {
    if (datagram.equals(sign)) arrived.push(datagram);
  };
  for (const socket of open) socket.on('message', hear);
  for (let attempt = 0; attempt < TRIES && arrived.length === 0; attempt += 1) {
    sender.send(sign, port, address, () => undefined);
    await new Promise((resolve) => setTimeout(resolve, ARRIVAL_LIMIT_MS));
  }
  for (const socket of open) socket.off('message', hear);
  await udpSockets.close(sender);
  return arrived.length > 0;
}

function arrival({ address, port }: Endpoint, hasArrived: boolean): Finding {
  const check = 'udp-reachability';
  if (hasArrived)
    return { check, severity: 'ok', message: `UDP from this machine to ${address} port ${port} arrives.` };
  const message = `UDP from this machine to ${address} port ${port} does not arrive at the media port.`;
  const isOurs = Object.values(networkInterfaces()).some((list) => list?.some((one) => one.address === address));
  if (isOurs && scopeOf(address) !== 'loopback') {
    const remedy = `Open it in the firewall of this machine: nft add rule inet filter input udp dport ${port} accept, or ufw allow ${port}/udp.`;
    return { check, severity: 'problem', message, remedy };
  }
  const remedy = `Many routers and clouds do not send back what comes from inside. Start the server and try from a browser outside (its page, section Reachability); if that fails, forward UDP port ${port} of ${address} to this machine and open it in every firewall (in a cloud: the security group).`;
  return { check, severity: 'warning', message, remedy };
}
