import { availableParallelism } from 'node:os';
import type { AppConfig } from '../../config/index.js';
import { openOnOnePort } from '../../engine/one-port.js';
import { canSharePort } from '../../engine/udp/receive-choice.js';
import { systemErrorCode } from '../../shared/errors.js';
import { reasonOf, type Finding } from './finding.js';
import { tryTcp, udpSockets } from './media-sockets.js';
import { listenAddressOf } from '../running-server.js';

/** The first that only the superuser may open unless he allows it. */
const FIRST_FREE_PORT = 1024;

interface Ports {
  readonly check: string;
  readonly setting: string;
  readonly addresses: readonly string[];
  readonly protocol: 'TCP' | 'UDP';
  readonly first: number;
  readonly count: number;
}

/**
 * Whether everything that the server listens on can be had. Ports that the server has itself, because it runs, are as they should be.
 *
 * @param isRunning whether a server of ours answers at `http.listen`
 */
export async function portFindings(config: AppConfig, isRunning: boolean): Promise<Finding[]> {
  const { address, port } = listenAddressOf(config);
  const { udp_port: udp, tcp_port: tcp, listen_addresses: addresses } = config.webrtc;
  const workers = config.engine.workers > 0 ? config.engine.workers : availableParallelism();
  const count = (await canSharePort(config.engine.receive, workers)) ? 1 : workers;
  const all: Ports[] = [
    {
      check: 'http-port',
      setting: 'http.listen',
      addresses: [address],
      protocol: 'TCP',
      first: port,
      count: 1,
    },
    { check: 'udp-ports', setting: 'webrtc.udp_port', protocol: 'UDP', addresses, first: udp, count },
    ...(tcp === 0
      ? []
      : [{ check: 'tcp-port', setting: 'webrtc.tcp_port', protocol: 'TCP' as const, addresses, first: tcp, count: 1 }]),
  ];
  return Promise.all(all.map((ports) => tryPorts(ports, isRunning)));
}

async function tryPorts(ports: Ports, isRunning: boolean): Promise<Finding> {
  const { check, setting, addresses, protocol, first, count } = ports;
  const where = `${protocol} ${first === 0 ? 'any free port' : numbers(first, count)} on ${addresses.join(', ')}`;
  for (let port = first; port < first + count; port += 1) {
    try {
      await tryPort(ports, first === 0 ? 0 : port);
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === 'EADDRINUSE' && isRunning) {
        return { check, severity: 'ok', message: `${where}: in use by the server that runs here.` };
      }
      const message = `${protocol} port ${port} on ${addresses.join(', ')} cannot be opened (${reasonOf(error)}).`;
      return { check, severity: 'problem', message, remedy: remedyFor(code, { setting, protocol, port }) };
    }
  }
  return { check, severity: 'ok', message: `${where}: free.` };
}

async function tryPort({ protocol, addresses }: Ports, port: number): Promise<void> {
  if (protocol === 'TCP') return tryTcp(addresses, port);
  const open = await openOnOnePort(udpSockets, addresses, port);
  await Promise.all(open.map((socket) => udpSockets.close(socket)));
}

function numbers(first: number, count: number): string {
  return count === 1 ? String(first) : `${first} to ${first + count - 1}`;
}

function remedyFor(
  code: string | undefined,
  { setting, protocol, port }: { readonly setting: string; readonly protocol: 'TCP' | 'UDP'; readonly port: number },
): string {
  if (code === 'EADDRINUSE') {
    const list = `ss -l${protocol === 'TCP' ? 't' : 'u'}np 'sport = :${port}'`;
    return `See which program has it (${list}) and end that, or choose another ${setting}.`;
  }
  if (code === 'EACCES' && port < FIRST_FREE_PORT) {
    return `Choose a ${setting} from ${FIRST_FREE_PORT} on, or allow it: sysctl -w net.ipv4.ip_unprivileged_port_start=${port}.`;
  }
  if (code === 'EADDRNOTAVAIL')
    return `The address is none of this machine (ip address): correct ${setting}'s address.`;
  return `Choose another address or port for ${setting}.`;
}
