import { createServer, isIPv6, type AddressInfo, type Server } from 'node:net';
import { openOnOnePort, type SocketKind } from '../one-port.js';
import type { LocalSocket } from '../udp/udp-port.js';

const tcpListeners: SocketKind<Server> = {
  open: openListener,
  portOf: (server) => boundTo(server).port,
  close: closeListener,
};

/**
 * @param addresses literal IP addresses, at least one; `::` is left out where the machine has no IPv6
 * @param port 0 = any free one, the same for all addresses
 * @throws the system's error when an address cannot be listened on
 */
export function openListeners(addresses: readonly string[], port: number): Promise<Server[]> {
  return openOnOnePort(tcpListeners, addresses, port);
}

/** @returns once its connections are closed too */
export function closeListener(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

export function boundTo(server: Server): LocalSocket['bound'] {
  const { address, port, family } = server.address() as AddressInfo;
  return { address, port, family: family === 'IPv6' ? 'IPv6' : 'IPv4' };
}

function openListener(address: string, port: number): Promise<Server> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port, ipv6Only: isIPv6(address) }, () => {
      server.removeAllListeners('error');
      resolve(server);
    });
  });
}
