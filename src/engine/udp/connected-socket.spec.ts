import { Socket } from 'node:dgram';
import { until } from '../../../test/support/wait.js';
import { ConnectedSocket } from './connected-socket.js';
import { allocateList, NOTHING } from './descriptor-calls.js';
import { bindSocket, closeSocket } from './dgram-udp-port.js';
import { createMediaBlock } from './media-block.js';
import { SLOT_BYTES } from './slot-pool.js';

const LOOPBACK = '127.0.0.1';
const BUFFER_BYTES = 65_536;
/** More than a socket waits before it is taken over. */
const STALL_MS = 50;

function stall(): void {
  const end = performance.now() + STALL_MS;
  while (performance.now() < end);
}

describe('ConnectedSocket', () => {
  it('never takes what others sent before it was connected for that of its peer, however late it is', async () => {
    const { memory, wasm } = createMediaBlock(1);
    const list = allocateList(memory);
    const slot = memory.allocate(SLOT_BYTES);
    const port = await bindSocket(LOOPBACK, 0, BUFFER_BYTES, true);
    const [peer, stranger] = [
      await bindSocket(LOOPBACK, 0, BUFFER_BYTES, false),
      await bindSocket(LOOPBACK, 0, BUFFER_BYTES, false),
    ];
    const bound = { address: LOOPBACK, port: port.address().port, family: 'IPv4' } as const;
    const toAll: string[] = [];
    port.on('message', (message) => toAll.push(message.toString()));
    const own = new ConnectedSocket({
      bound,
      remote: { ...bound, port: peer.address().port },
      memory,
      block: wasm,
      list,
      heard: (message) => toAll.push(message.toString()),
      overheard: (message) => toAll.push(message.toString()),
      othersHeard: () => Promise.resolve(),
      failed: (error) => toAll.push(String(error)),
    });
    const { connect } = Socket.prototype;
    const connected = jest.spyOn(Socket.prototype, 'connect').mockImplementationOnce(function (this: Socket, ...to) {
      stranger.send('of a stranger', bound.port, LOOPBACK);
      connect.apply(this, to);
    });

    await own.open();
    stall();
    await until(() => own.calls !== undefined, 'it is taken over');

    expect(own.calls?.read(slot, SLOT_BYTES)).toBe(NOTHING);
    expect(toAll).toEqual(['of a stranger']);
    connected.mockRestore();
    own.close();
    await Promise.all([port, peer, stranger].map(closeSocket));
  });

  it('keeps what its peer sent behind what it sent before, which another thread still has', async () => {
    const { memory, wasm } = createMediaBlock(1);
    const port = await bindSocket(LOOPBACK, 0, BUFFER_BYTES, true);
    const peer = await bindSocket(LOOPBACK, 0, BUFFER_BYTES, false);
    const bound = { address: LOOPBACK, port: port.address().port, family: 'IPv4' } as const;
    const heard: string[] = [];
    const own = new ConnectedSocket({
      bound,
      remote: { ...bound, port: peer.address().port },
      memory,
      block: wasm,
      list: allocateList(memory),
      heard: (message) => heard.push(message.toString()),
      overheard: (message) => heard.push(message.toString()),
      othersHeard: async () => {
        peer.send('second', bound.port, LOOPBACK);
        await new Promise((done) => setTimeout(done, STALL_MS));
        heard.push('first');
      },
      failed: (error) => heard.push(String(error)),
    });

    await own.open();
    await until(() => heard.length === 2, 'both are heard');

    expect(heard).toEqual(['first', 'second']);
    own.close();
    await Promise.all([port, peer].map(closeSocket));
  });
});
