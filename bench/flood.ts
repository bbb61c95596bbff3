// What forged packets cost: recordings on one core while packets that are forged, replayed, far ahead, far behind, cut short, of
// nobody and so on come from the publishers' own addresses, against the same without them.
// node bench/flood.ts [--streams 30] [--seconds 20] [--forged 5] [--receive auto] [--srtp auto]; `forged` go with each packet.
// Fails where a frame is missing, or the media memory grew.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SenderNetwork } from '../test/support/network/sender-network.ts';
import { linesOf, recordDisturbed, type DisturbedRun, type Scene } from './disturbed.ts';
import { leaveServerItsCore, makeMedia } from './stage.ts';

/** Fragments on their way to a busy disk; a slot for each forged packet would be a hundred each second. */
const MOST_GROWTH_MIB = 8;

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '30' },
    seconds: { type: 'string', default: '20' },
    forged: { type: 'string', default: '5' },
    receive: { type: 'string', default: 'auto' },
    srtp: { type: 'string', default: 'auto' },
  },
});
const [streams, seconds] = [Number(values.streams), Number(values.seconds)];
const folder = mkdtempSync(join(tmpdir(), 'aircheck-bench-'));
leaveServerItsCore();
using network = new SenderNetwork({ forgedPerPacket: Number(values.forged) });
const media = makeMedia(folder, seconds);

async function run(what: string, scene: Scene): Promise<DisturbedRun> {
  const measured = await recordDisturbed(scene);
  console.log([`\n${streams} streams, ${what}, ${measured.name}`, ...linesOf(measured)].join('\n'));
  if (measured.picturesMissing > 0 || measured.soundMissing > 0) process.exitCode = 1;
  return measured;
}

for (const receive of values.receive.split(','))
  for (const srtp of values.srtp.split(',')) {
    const scene = { media, seconds, streams, receive, srtp, environment: {} };
    const quiet = await run('nobody forges', scene);
    const flooded = await run(`${values.forged} forged with each packet`, {
      ...scene,
      environment: network.environment,
    });
    const extra = flooded.percentOfCore - quiet.percentOfCore;
    console.log(`${((extra * 10_000) / flooded.refusedPerSecond).toFixed(1)} µs CPU per forged packet`);
    const [before, after] = flooded.mediaMegabytes;
    if (after - before > MOST_GROWTH_MIB) process.exitCode = 1;
  }
rmSync(folder, { recursive: true, force: true });
