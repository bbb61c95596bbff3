import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** A UDP socket of this machine and what came to it. */
export async function openUdp(): Promise<{ socket: Socket; port: number; heard: string[] }> {
  const socket = createSocket('udp4');
  const heard: string[] = [];
  socket.on('message', (bytes) => heard.push(bytes.toString()));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { socket, port: socket.address().port, heard };
}

/** One that nobody has at the moment. */
export async function freeUdpPort(): Promise<number> {
  const { socket, port } = await openUdp();
  socket.close();
  return port;
}
