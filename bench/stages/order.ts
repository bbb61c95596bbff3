import type * as MediaBlockModule from '../../src/engine/udp/media-block.ts';
import type * as RtpPacketModule from '../../src/media/rtp/packet.ts';
import type * as ReceiveStreamModule from '../../src/media/rtp/receive-stream.ts';
import { importBuilt } from '../index-rows/import-built.ts';
import type { Stage } from './stage.ts';

const PACKETS = 500;
const PACKET_BYTES = 1200;
const HEADER_BYTES = 12;

const { createMediaBlock } = await importBuilt<typeof MediaBlockModule>('engine/udp/media-block.js');
const { RtpHeader } = await importBuilt<typeof RtpPacketModule>('media/rtp/packet.js');
const { ReceiveStream } = await importBuilt<typeof ReceiveStreamModule>('media/rtp/receive-stream.js');

/** Reading the header and reordering: as packets were sent, and each two of them the wrong way round. */
export function ordering(): Stage[] {
  return [stageOf('read the header and order, in order', 0), stageOf('the same, each two swapped', 1)];
}

function stageOf(name: string, swap: 0 | 1): Stage {
  const { memory } = createMediaBlock(4);
  const { bytes, view } = memory;
  const slots = [memory.allocate(2048), memory.allocate(2048)];
  const header = new RtpHeader();
  let delivered = 0;
  const stream = new ReceiveStream({
    ...{ ssrc: 7, clockRate: 90_000, memory, usesNack: true, giveUpMs: 2000 },
    ...{ mayHold: () => true, releaseSlot: () => undefined },
    sink: { packet: () => (delivered += 1), lost: () => undefined },
  });
  let next = 0;
  let nowMs = 0;
  const run = (): undefined => {
    nowMs += 1000;
    for (let index = 0; index < PACKETS; index++) {
      const slot = slots[index & 1] ?? 0;
      const sequence = next + (index ^ swap);
      bytes[slot] = 0x80;
      bytes[slot + 1] = 96;
      view.setUint16(slot + 2, sequence & 0xffff);
      view.setUint32(slot + 4, (sequence * 300) >>> 0);
      view.setUint32(slot + 8, 7);
      header.parse(bytes, slot, PACKET_BYTES);
      stream.receive(slot, header, slot + HEADER_BYTES, PACKET_BYTES - HEADER_BYTES, nowMs + index, false);
    }
    next += PACKETS;
    if (delivered === 0) throw new Error('Nothing was delivered.');
  };
  return { name, packets: PACKETS, run };
}
