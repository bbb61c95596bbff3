import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { isIPv6 } from 'node:net';
import { openOnOnePort, type SocketKind } from '../../engine/one-port.js';

export const udpSockets: SocketKind<Socket> = {
  open: openUdp,
  portOf: (socket) => socket.address().port,
  close: (socket) => new Promise((resolve) => socket.close(() => resolve())),
};

const tcpListeners: SocketKind<Server> = {
  open: openTcp,
  portOf: (server) => (server.address() as { port: number }).port,
  close: (server) => new Promise((resolve) => server.close(() => resolve())),
};

/** Opens a TCP port on each address and closes it again. @throws the system's error when one cannot be had */
export async function tryTcp(addresses: readonly string[], port: number): Promise<void> {
  const open = await openOnOnePort(tcpListeners, addresses, port);
  await Promise.all(open.map((server) => tcpListeners.close(server)));
}

/** @param receiveBytes that the system is asked for, which may grant less @throws the system's error */
export async function openUdp(address: string, port: number, receiveBytes?: number): Promise<Socket> {
  const v6 = isIPv6(address);
  const size = receiveBytes === undefined ? {} : { recvBufferSize: receiveBytes };
  const socket = createSocket({ type: v6 ? 'udp6' : 'udp4', ipv6Only: v6, ...size });
  socket.bind({ address, port });
  try {
    await once(socket, 'listening');
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

async function openTcp(address: string, port: number): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  server.listen({ host: address, port, ipv6Only: isIPv6(address) });
  await once(server, 'listening');
  return server;
}
