import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv4 } from 'node:net';

const BUFFER_BYTES = 4 << 20;
/** First bytes of SRTP: RFC 7983. */
const [FIRST_MEDIA, LAST_MEDIA] = [128, 191];

/**
 * Another place for the server in an answer: datagrams that go there are carried on, but of the packets of one payload type
 * some are lost.
 */
export async function leadAside(answer: string, payloadType: number, lossPercent: number): Promise<string> {
  const candidate = /^a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host/im;
  const [, address = '', port = ''] =
    answer
      .split('\n')
      .map((line) => candidate.exec(line))
      .find((match) => isIPv4(match?.[1] ?? '')) ?? [];
  const inner = await bound(address);
  const outer = await bound(address);
  let publisherPort = 0;
  inner.on('message', (bytes, from) => {
    publisherPort = from.port;
    if (!isOf(bytes, payloadType) || Math.random() * 100 >= lossPercent) outer.send(bytes, Number(port), address);
  });
  outer.on('message', (bytes) => inner.send(bytes, publisherPort, address));
  // The server closed its port: what was sent there comes back as an error.
  outer.on('error', () => undefined);
  const aside = `a=candidate:1 1 UDP 2130706431 ${address} ${inner.address().port} typ host`;
  const lines = answer.split('\r\n');
  const first = lines.findIndex((line) => line.startsWith('a=candidate:'));
  return lines
    .map((line, place) => (place === first ? aside : line))
    .filter((line, place) => place === first || !line.startsWith('a=candidate:'))
    .join('\r\n');
}

function isOf(datagram: Uint8Array, payloadType: number): boolean {
  const [first = 0, second = 0] = datagram;
  return first >= FIRST_MEDIA && first <= LAST_MEDIA && (second & 127) === payloadType;
}

async function bound(address: string): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: BUFFER_BYTES, sendBufferSize: BUFFER_BYTES });
  socket.bind(0, address);
  await once(socket, 'listening');
  return socket;
}
