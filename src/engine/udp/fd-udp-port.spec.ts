import type { Socket } from 'node:dgram';
import { until } from '../../../test/support/wait.js';
import { DescriptorCalls } from './descriptor-calls.js';
import { bindSocket, closeSocket, DgramUdpPort } from './dgram-udp-port.js';
import { FdUdpPort } from './fd-udp-port.js';
import { createMediaBlock } from './media-block.js';
import { SlotPool } from './slot-pool.js';

/** Several times what is read of one socket before others have their turn. */
const DATAGRAMS = 3_000;

async function openBoth(): Promise<{ readonly port: FdUdpPort; readonly peer: Socket }> {
  const { memory, wasm: block } = createMediaBlock(1);
  const slots = new SlotPool(memory);
  const port = await FdUdpPort.open({ port: 0, listenAddresses: ['127.0.0.1'], memory, slots, block });
  return { port, peer: await bindSocket('127.0.0.1', 0, 65_536, false) };
}

describe('FdUdpPort', () => {
  it('goes on until nothing is left when it is asked for all that has arrived', async () => {
    const { port, peer } = await openBoth();
    let heard = 0;
    port.deliverTo({
      datagram: () => {
        heard += 1;
        // There is always one more, and no buffer of the system has to hold them all.
        if (heard < DATAGRAMS) peer.send('media', port.portNumber, '127.0.0.1');
        return false;
      },
      drained: () => undefined,
    });
    port.attach({ address: '127.0.0.1', port: peer.address().port, family: 'IPv4' }, 0);
    await until(() => port.attachedCount === 1, 'the peer has a socket');

    const strangers = jest.spyOn(DgramUdpPort.prototype, 'hearArrived').mockResolvedValueOnce();
    peer.send('media', port.portNumber, '127.0.0.1');
    await port.hearArrived();

    expect(heard).toBe(DATAGRAMS);
    strangers.mockRestore();
    await closeSocket(peer);
    await port.close();
  });

  it('reads a socket that is quiet in one round of four, until it brings something', async () => {
    const others = ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'nextTick', 'Date', 'performance'];
    jest.useFakeTimers({ doNotFake: [...others, 'hrtime', 'queueMicrotask'] as FakeableAPI[] });
    const { port, peer } = await openBoth();
    let heard = 0;
    port.deliverTo({
      datagram: () => {
        heard += 1;
        return false;
      },
      drained: () => undefined,
    });
    port.attach({ address: '127.0.0.1', port: peer.address().port, family: 'IPv4' }, 0);
    await until(() => port.attachedCount === 1, 'the peer has a socket');
    const read = jest.spyOn(DescriptorCalls.prototype, 'read');
    const readsIn = (rounds: number): number => {
      read.mockClear();
      jest.advanceTimersByTime(10 * rounds);
      return read.mock.calls.length;
    };

    expect(readsIn(25)).toBe(25);
    expect(readsIn(40)).toBe(10);
    peer.send('media', port.portNumber, '127.0.0.1');
    await until(() => readsIn(4) > 1 && heard === 1, 'it is heard');
    expect(readsIn(20)).toBe(20);

    read.mockRestore();
    jest.useRealTimers();
    await closeSocket(peer);
    await port.close();
  });
});
