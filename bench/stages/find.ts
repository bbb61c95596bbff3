import type * as DemultiplexerModule from '../../src/engine/udp/demultiplexer.ts';
import type * as MediaBlockModule from '../../src/engine/udp/media-block.ts';
import { importBuilt } from '../index-rows/import-built.ts';
import type { Stage } from './stage.ts';

const SESSIONS = 60;
/** Of one session after another, as sockets are drained. */
const BURST = 6;
const FIRST_PORT = 20_000;
const ADDRESS = '127.0.0.1';

const { Demultiplexer } = await importBuilt<typeof DemultiplexerModule>('engine/udp/demultiplexer.js');
const { createMediaBlock } = await importBuilt<typeof MediaBlockModule>('engine/udp/media-block.js');

/** The session of a packet, by where it came from. */
export function finding(): Stage[] {
  const { memory } = createMediaBlock(1);
  const slot = memory.allocate(2048);
  memory.bytes[slot] = 0x80;
  const clock = { monotonicMs: () => 0, epochMs: () => 0 };
  const demultiplexer = new Demultiplexer(memory, clock);
  let found = 0;
  for (let session = 0; session < SESSIONS; session++) {
    const owner = {
      lastHeardMs: -Infinity,
      stun: () => true,
      dtlsDatagram: () => undefined,
      mediaDatagram: () => (found += 1) < 0,
      mediaDrained: () => undefined,
    };
    demultiplexer.expectFrom({ address: ADDRESS, port: FIRST_PORT + session, family: 'IPv4' }, 0, owner);
  }
  const run = (): undefined => {
    for (let session = 0; session < SESSIONS; session++)
      for (let packet = 0; packet < BURST; packet++)
        demultiplexer.datagram(slot, 1200, ADDRESS, FIRST_PORT + session, 0);
    demultiplexer.drained();
  };
  return [{ name: 'find the session (demux)', packets: SESSIONS * BURST, run }];
}
