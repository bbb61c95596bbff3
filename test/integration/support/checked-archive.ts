import { readFile, writeFile } from 'node:fs/promises';
import type { Note, RepairedFinding } from '../../../src/modules/index/fsck/finding.js';
import type { FsckSummary } from '../../../src/modules/index/fsck/findings.js';
import type { FsckOptions } from '../../../src/modules/index/fsck/fsck-options.js';
import { fsck } from '../../../src/modules/index/fsck/fsck.js';
import type { ArchiveFixture } from './archive-fixture.js';

export async function check(
  { archive }: ArchiveFixture,
  options: Partial<FsckOptions> = {},
): Promise<{ findings: RepairedFinding[]; notes: Note[] }> {
  const findings: RepairedFinding[] = [];
  const notes: Note[] = [];
  const listener = { finding: (one: RepairedFinding) => findings.push(one), note: (one: Note) => notes.push(one) };
  await fsck(archive, { deep: false, repair: false, ...options }, listener);
  return { findings, notes };
}

export function summaryOf({ archive }: ArchiveFixture, options: Partial<FsckOptions>): Promise<FsckSummary> {
  const listener = { finding: () => undefined, note: () => undefined };
  return fsck(archive, { deep: false, repair: false, ...options }, listener);
}

export const kinds = ({ findings }: { findings: readonly RepairedFinding[] }): string[] =>
  findings.map(({ kind }) => kind);

/** What a playlist points at, in order. */
export async function segmentsIn(fixture: ArchiveFixture, playlist: 'video.m3u8' | 'audio.m3u8'): Promise<string[]> {
  return (await readFile(fixture.path(playlist), 'utf8')).match(/^[^#\n].*$/gm) ?? [];
}

export async function flipByte(path: string, at: number): Promise<void> {
  const bytes = await readFile(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(path, bytes);
}
