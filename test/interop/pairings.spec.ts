import { resolve } from 'node:path';
import { TestServer } from '../support/server.js';
import { whyMissing } from '../support/tools.js';
import { type Pairing, PairingRuns, pairings } from './pairings.js';
import { type PairingRow, pairingTable, writePairings } from './pairings-report.js';

const DOCUMENT = resolve(__dirname, '../../docs/interop.md');
const SECONDS = 5;
/** A slow machine encodes some of the media first. */
const LIMIT_MS = 180_000;

const title = ({ sender, codec, viewer }: Pairing): string =>
  `shows ${codec} of ${sender.name} to ${viewer.name}, every picture of it`;

describe('WHIP and WHEP by the software of others', () => {
  const rows: PairingRow[] = [];
  let server: TestServer;
  let runs: PairingRuns;

  beforeAll(async () => {
    const reasons = new Map<Pairing, string | undefined>();
    for (const pairing of pairings)
      reasons.set(pairing, whyMissing('ffmpeg') ?? (await pairing.sender.missing()) ?? pairing.viewer.missing());
    const able = pairings.filter((pairing) => reasons.get(pairing) === undefined);
    for (const [pairing, skipped] of reasons) if (skipped !== undefined) rows.push({ pairing, outcome: { skipped } });
    Object.assign(globalThis, { skippedTests: new Set(pairings.filter((one) => !able.includes(one)).map(title)) });
    // Nobody is turned away: whoever watches is there before the publisher, and the machine may be busy.
    const env = { AIRCHECK_RECORDER_AUTO_STREAMS: '', AIRCHECK_ENGINE_ADMISSION_CPU_PERCENT: '100' };
    server = await TestServer.start({ env });
    runs = new PairingRuns(server, able, SECONDS);
  });

  afterAll(async () => {
    process.stdout.write(`\n${pairingTable(rows)}\n`);
    if (process.env['AIRCHECK_INTEROP_WRITE'] !== undefined) await writePairings(DOCUMENT, rows);
    await server[Symbol.asyncDispose]();
  });

  for (const pairing of pairings)
    it(
      title(pairing),
      async () => {
        const seen = await runs.seen(pairing);
        rows.push({ pairing, outcome: seen });

        expect(seen.sent).toBeGreaterThan(SECONDS * 20);
        expect(seen.decoded).toBe(seen.sent);
      },
      LIMIT_MS,
    );
});
