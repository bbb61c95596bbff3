/** Files made of what was recorded. */

import { call, post } from './call';
import { readEvents } from './event-stream';
import { Refusal } from './explain';
import { instantsOf, type Stretch } from './timeline';

/** Formats and what is said of each. */
export const EXPORT_FORMATS = {
  mp4: 'MP4',
  fmp4: 'MP4 in fragments',
  webm: 'WebM (VP9, AV1)',
  ogg: 'Ogg (sound only)',
} as const;

export type ExportFormat = keyof typeof EXPORT_FORMATS;

/** Where nothing was recorded: the last picture and silence, or nothing at all. */
export type GapRule = 'keep' | 'close';

export interface Export {
  readonly id: string;
  readonly stream: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly format: ExportFormat;
  readonly state: 'waiting' | 'running' | 'completed' | 'failed';
  /** 0 to 100. */
  readonly percent: number;
  readonly etaSeconds: number | null;
  readonly sizeBytes: number | null;
  readonly fileName: string | null;
  readonly file: string | null;
  readonly problem: { readonly code: string; readonly detail: string } | null;
  readonly expiresAt: string | null;
}

export const EXPORT_NOT_FOUND = 'export-not-found';

const ROUTE = '/api/v1/exports';
/** Of a tab: a token of one stream may list none. */
const KEPT_IDS = 'aircheck-exports';

const pathOf = (id: string): string => `${ROUTE}/${encodeURIComponent(id)}`;

export async function createExport(
  stream: string,
  range: Stretch,
  { format, gaps }: { readonly format: ExportFormat; readonly gaps: GapRule },
): Promise<Export> {
  const made = await post<Export>(ROUTE, { stream, ...instantsOf(range), format, gaps });
  keepIds(stream, [made.id, ...keptExports(stream)]);
  return made;
}

export const readExport = (id: string): Promise<Export> => call(pathOf(id));

/** Cancels what is being made, or deletes the file. */
export const deleteExport = (id: string): Promise<void> => call(pathOf(id), { method: 'DELETE' });

export function isDone({ state }: Export): boolean {
  return state === 'completed' || state === 'failed';
}

export function isExportGone(failure: unknown): boolean {
  return failure instanceof Refusal && failure.code === EXPORT_NOT_FOUND;
}

/** @returns an address of its file that needs no token */
export async function signFile(id: string): Promise<string> {
  return (await post<{ readonly file: string }>(`${pathOf(id)}/url`, {})).file;
}

/**
 * Tells each change of an export until there are no more: it is done, or gone, or the connection was lost.
 *
 * @throws {Refusal}
 */
export function followExport(id: string, onChange: (now: Export) => void, signal: AbortSignal): Promise<void> {
  return readEvents(`${pathOf(id)}/events`, signal, (text) => {
    onChange(JSON.parse(text) as Export);
  });
}

/** @returns ids of the exports of a stream that were asked for here, newest first */
export function keptExports(stream: string): readonly string[] {
  return allKept()[stream] ?? [];
}

export function forgetExport(stream: string, id: string): void {
  keepIds(
    stream,
    keptExports(stream).filter((kept) => kept !== id),
  );
}

function keepIds(stream: string, ids: readonly string[]): void {
  sessionStorage.setItem(KEPT_IDS, JSON.stringify({ ...allKept(), [stream]: ids }));
}

function allKept(): Readonly<Record<string, readonly string[]>> {
  return JSON.parse(sessionStorage.getItem(KEPT_IDS) ?? '{}') as Record<string, readonly string[]>;
}
