import { readFile, writeFile } from 'node:fs/promises';
import type { Pairing, Seen } from './pairings.js';
import { viewers } from './viewers/index.js';

/** A pairing that was tried, or why it was not. The last one of a pairing counts. */
export interface PairingRow {
  readonly pairing: Pairing;
  readonly outcome: Seen | { readonly skipped: string };
}

const BEGIN = '<!-- written by the run of pairings: begin -->';
const END = '<!-- written by the run of pairings: end -->';

/** @returns a Markdown table, a line for each publisher and codec: "–" where viewer and publisher share no codec */
export function pairingTable(rows: readonly PairingRow[]): string {
  const names = viewers.map(({ name }) => name);
  const head = ['publisher', 'codec', ...names];
  const lines = new Map<string, Map<string, string>>();
  for (const { pairing, outcome } of rows) {
    const key = [pairing.sender.name, pairing.codec].join(' | ');
    const line = lines.get(key) ?? new Map<string, string>();
    line.set(pairing.viewer.name, told(outcome));
    lines.set(key, line);
  }
  const body = [...lines].map(([key, line]) => [key, ...names.map((name) => line.get(name) ?? '–')]);
  return [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

const told = (outcome: PairingRow['outcome']): string =>
  'skipped' in outcome ? `skipped: \`${outcome.skipped}\`` : `${outcome.decoded} of ${outcome.sent}`;

/** Puts the table between the marks of the document. */
export async function writePairings(path: string, rows: readonly PairingRow[]): Promise<void> {
  const document = await readFile(path, 'utf8');
  const [before, rest] = document.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${path} has no marks.`);
  await writeFile(path, `${before}${BEGIN}\n\n${pairingTable(rows)}\n${END}${after}`);
}
