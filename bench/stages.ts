// What one packet costs at each stage of its way, in this thread alone: best of many rounds, so that others on the machine count little.
// npm run build && npm run bench:stages [-- --rounds 200] ; docs/performance.md has figures.
import { parseArgs } from 'node:util';
import { table } from './recording/figures.ts';
import { depacketizing } from './stages/depacketize.ts';
import { finding } from './stages/find.ts';
import { fragmenting } from './stages/fragment.ts';
import { ordering } from './stages/order.ts';
import { recording } from './stages/record.ts';
import { sending } from './stages/send.ts';
import { sealing } from './stages/srtp.ts';
import type { Stage } from './stages/stage.ts';
import { writing } from './stages/write.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '200' }, only: { type: 'string', default: '' } },
});

/** @returns microseconds per packet of the best round */
async function best({ prepare, run, packets }: Stage, rounds: number): Promise<number> {
  let leastMs = Infinity;
  for (let round = 0; round < rounds; round++) {
    prepare?.();
    const startMs = performance.now();
    const pending = run();
    if (pending !== undefined) await pending;
    leastMs = Math.min(leastMs, performance.now() - startMs);
  }
  return (leastMs * 1000) / packets;
}

const rows: string[][] = [['µs per packet, best of rounds', '']];
const makers = [recording, finding, sealing, ordering, depacketizing, fragmenting, writing, sending];
for (const make of makers)
  for (const stage of await make()) {
    const isWanted = stage.name.includes(values.only);
    if (isWanted) rows.push([stage.name, (await best(stage, stage.rounds ?? Number(values.rounds))).toFixed(2)]);
    await stage.close?.();
  }
console.log(table(rows));
