import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type * as MediaBlockModule from '../../src/engine/udp/media-block.ts';
import type * as ReceiveChoiceModule from '../../src/engine/udp/receive-choice.ts';
import type * as SlotPoolModule from '../../src/engine/udp/slot-pool.ts';
import { importBuilt } from '../index-rows/import-built.ts';
import type { Stage } from './stage.ts';

const PACKETS = 64;
const PACKET_BYTES = 1200;
const LOOPBACK = '127.0.0.1';
/** A socket that is bound is drained by calls some time later. */
const SETTLE_MS = 200;

const { createMediaBlock } = await importBuilt<typeof MediaBlockModule>('engine/udp/media-block.js');
const { openUdpPort } = await importBuilt<typeof ReceiveChoiceModule>('engine/udp/receive-choice.js');
const { SlotPool } = await importBuilt<typeof SlotPoolModule>('engine/udp/slot-pool.js');

/** To a peer that is attached, whose socket nobody reads: what the kernel does with a packet is in it. */
export async function sending(): Promise<Stage[]> {
  return Promise.all((['fd', 'dgram'] as const).map(stageOf));
}

async function stageOf(implementation: 'fd' | 'dgram'): Promise<Stage> {
  const block = createMediaBlock(4);
  const { memory } = block;
  const slots = new SlotPool(memory);
  const { port } = await openUdpPort(implementation, block, { port: 0, listenAddresses: [LOOPBACK], memory, slots });
  port.deliverTo({ datagram: () => false, drained: () => undefined });
  const sink = createSocket('udp4').bind(0, LOOPBACK);
  await once(sink, 'listening');
  const remote = { address: LOOPBACK, port: sink.address().port, family: 'IPv4' } as const;
  const socketId = port.sockets[0]?.id ?? 0;
  port.attach(remote, socketId);
  await new Promise((done) => setTimeout(done, SETTLE_MS));
  const place = memory.allocate(2048);
  const packet = memory.bytes.subarray(place, place + PACKET_BYTES);
  return {
    ...{ name: `send, ${implementation}`, packets: PACKETS },
    run: async () => {
      for (let index = 0; index < PACKETS; index++) port.send(packet, remote, socketId);
      await new Promise((done) => setImmediate(done));
    },
    close: async () => {
      sink.close();
      await port.close();
    },
  };
}
