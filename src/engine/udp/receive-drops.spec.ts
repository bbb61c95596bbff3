import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { fstatSync } from 'node:fs';
import { descriptorOf } from './descriptor-calls.js';
import { ReceiveDrops } from './receive-drops.js';

async function bound(): Promise<Socket> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

const inodeOf = (socket: Socket): number => fstatSync(descriptorOf(socket)).ino;

function row(inode: number, drops: number): string {
  const address = '0100007F:1E61 00000000:0000 07 00000000:00000000 00:00000000 00000000';
  return `  414: ${address}     0        0 ${String(inode)} 2 00000000a3a8b7c5 ${String(drops)}`;
}

describe('ReceiveDrops', () => {
  it('counts what the kernel dropped of the sockets of a thread, and of no other on their port', async () => {
    const [one, other] = [await bound(), await bound()];
    let table: string[] = [];
    const drops = new ReceiveDrops(() => Promise.resolve(table.join('\n')));
    drops.watch(one);
    drops.watch(other);
    const strangers = row(4_000_000_000, 900);

    table = ['  sl  local_address rem_address   st', row(inodeOf(one), 3), row(inodeOf(other), 2), strangers];
    await drops.refresh();
    expect(drops.total).toBe(5);

    table = [row(inodeOf(one), 4), row(inodeOf(other), 2), strangers];
    await drops.refresh();
    expect(drops.total).toBe(6);

    table = [row(inodeOf(one), 9)];
    one.close();
    await once(one, 'close');
    await drops.refresh();
    expect(drops.total).toBe(6);
    other.close();
  });

  it('stands still where there is no table', async () => {
    const socket = await bound();
    const drops = new ReceiveDrops(() => Promise.resolve(''));
    drops.watch(socket);

    await drops.refresh();

    expect(drops.total).toBe(0);
    socket.close();
  });
});

const onLinux = process.platform === 'linux' ? it : it.skip;

onLinux('the table of the kernel has what overflowed', async () => {
  const [receiver, sender] = [await bound(), createSocket('udp4')];
  const drops = new ReceiveDrops();
  drops.watch(receiver);
  receiver.setRecvBufferSize(4096);

  // Sent in one turn of the loop, in which nobody reads.
  const { port } = receiver.address();
  const send = (): Promise<unknown> => new Promise((sent) => sender.send(Buffer.alloc(1000), port, '127.0.0.1', sent));
  const sent = Array.from({ length: 200 }, send);
  await Promise.all(sent);
  await drops.refresh();

  expect(drops.total).toBeGreaterThan(0);
  receiver.close();
  sender.close();
});
