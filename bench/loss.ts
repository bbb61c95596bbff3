// What it costs to repair: recordings of streams of which the network loses some packets, against the same without loss.
// node bench/loss.ts [--streams 60] [--seconds 20] [--percent 5] [--rounds 1] [--receive auto] [--srtp auto]
// Both kinds in turns, pictures and sound with NACK. Fails where fewer than 99.9 % of all pictures were recorded.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SenderNetwork } from '../test/support/network/sender-network.ts';
import { linesOf, recordDisturbed, type DisturbedRun, type Scene } from './disturbed.ts';
import { leaveServerItsCore, makeMedia } from './stage.ts';

const LEAST_RECORDED = 0.999;

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '60' },
    seconds: { type: 'string', default: '20' },
    percent: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '1' },
    receive: { type: 'string', default: 'auto' },
    srtp: { type: 'string', default: 'auto' },
  },
});
const [streams, seconds] = [Number(values.streams), Number(values.seconds)];
const folder = mkdtempSync(join(tmpdir(), 'aircheck-bench-'));
leaveServerItsCore();
using network = new SenderNetwork({ lostPercent: Number(values.percent) });
const { receive, srtp } = values;
const scene: Scene = { media: makeMedia(folder, seconds), seconds, streams, receive, srtp, environment: {} };

async function run(what: string, environment: Scene['environment']): Promise<DisturbedRun> {
  const measured = await recordDisturbed({ ...scene, environment });
  console.log([`\n${streams} streams, ${what}, ${measured.name}`, ...linesOf(measured)].join('\n'));
  if (measured.picturesMissing > (1 - LEAST_RECORDED) * measured.picturesSent) process.exitCode = 1;
  return measured;
}

const ratios: number[] = [];
for (let round = 0; round < Number(values.rounds); round += 1) {
  const whole = await run('nothing lost', {});
  const lossy = await run(`${values.percent} % lost`, network.environment);
  ratios.push(lossy.microsecondsPerPacket / whole.microsecondsPerPacket);
}
const median = ratios.toSorted((one, other) => one - other)[ratios.length >> 1] ?? Number.NaN;
console.log(`\n${median.toFixed(2)} times the cost per packet of a network that loses nothing`);
rmSync(folder, { recursive: true, force: true });
