import { readFile, writeFile } from 'node:fs/promises';
import type { CellReport, TrackReport } from './cell.js';
import type { InteropCodec } from './sender.js';

/** A cell that was tried, or why it was not. */
export interface Row {
  readonly sender: string;
  readonly codec: InteropCodec;
  readonly outcome: CellReport | { readonly skipped: string } | { readonly failed: string };
}

const HEAD = [
  ['sender', 'codec', 'frames sent', 'recorded', 'decoded by FFmpeg', 'decoded by Chromium', 'sound behind picture'],
  ['---', '---', '---', '---', '---', '---', '---'],
];
const BEGIN = '<!-- written by the run: begin -->';
const END = '<!-- written by the run: end -->';

/** @returns a Markdown table; counts are pictures + sound frames, offsets those of the first flash and of the last */
export function table(rows: readonly Row[]): string {
  return [...HEAD, ...rows.map(cells)].map((row) => `${lineOf(row)}\n`).join('');
}

function cells({ sender, codec, outcome }: Row): string[] {
  if ('skipped' in outcome) return [sender, codec, `skipped: \`${plain(outcome.skipped)}\``, '', '', '', ''];
  if ('failed' in outcome) return [sender, codec, `failed: ${plain(outcome.failed)}`, '', '', '', ''];
  const { sent, video, audio, unrecorded } = outcome;
  const isRecorded = unrecorded.length === 0;
  const both = (count: (track: TrackReport) => number): string =>
    `${isRecorded ? count(video) : unrecorded.join()} + ${count(audio)}`;
  return [
    ...[sender, codec, `${sent.videoFrames} + ${sent.audioFrames}`],
    ...[both(({ recorded }) => recorded), both(({ decodedByFfmpeg }) => decodedByFfmpeg)],
    ...[String(video.decodedByChromium ?? '–'), offsets(outcome)],
  ];
}

function offsets({ lipSync }: CellReport): string {
  const [first, last] = [lipSync.at(0), lipSync.at(-1)];
  if (first === undefined || last === undefined) return '–';
  const told = [first, last].map(
    ({ flashSeconds, offsetMs }) => `${Math.round(offsetMs) + 0} ms at ${flashSeconds.toFixed(0)} s`,
  );
  return told.join(', ');
}

/** One line that no Markdown table stumbles over. */
function plain(text: string): string {
  return text.replaceAll('`', "'").replaceAll('|', '/').replace(/\s+/g, ' ').trim().slice(0, 300);
}

/**
 * Puts the table between the marks of the document. Cells that were not run keep the rows they have there.
 * @param order of all cells, as rows are keyed: sender, codec
 */
export async function writeTable(
  path: string,
  rows: readonly Row[],
  order: readonly (readonly [string, string])[],
  judges: string,
): Promise<void> {
  const document = await readFile(path, 'utf8');
  const [before, rest] = document.split(BEGIN);
  const [old, after] = rest?.split(END) ?? [];
  if (before === undefined || old === undefined || after === undefined) throw new Error(`${path} has no marks.`);
  const lines = new Map([...old.split('\n'), ...table(rows).split('\n')].map((line) => [key(line), line]));
  const wanted = [...HEAD.map((row) => lineOf(row)), ...order.flatMap((cell) => lines.get(cell.join()) ?? [])];
  await writeFile(path, `${before}${BEGIN}\n\n${judges}\n\n${wanted.join('\n')}\n\n${END}${after}`);
}

const lineOf = (row: readonly string[]): string => `| ${row.join(' | ')} |`;

/** @returns what a line of the table is about: `sender,codec` */
const key = (line: string): string =>
  line
    .split('|')
    .slice(1, 3)
    .map((cell) => cell.trim())
    .join();
