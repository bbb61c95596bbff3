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
  return [...HEAD, ...rows.map(cells)].map((row) => `| ${row.join(' | ')} |\n`).join('');
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

/** Puts the table between the marks of the document. */
export async function writeTable(path: string, rows: readonly Row[], judges: string): Promise<void> {
  const document = await readFile(path, 'utf8');
  const [before, rest] = document.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${path} has no place for the table.`);
  await writeFile(path, `${before}${BEGIN}\n\n${judges}\n\n${table(rows)}\n${END}${after}`);
}
