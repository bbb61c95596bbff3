/** Files made of what was recorded. */

import { call, post } from './call';
import { followEvents } from './event-stream';
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

/** @returns a function that ends it; it ends by itself with the export */
export function followExport(id: string, onChange: (now: Export) => void): () => void {
  const end = followEvents(`${pathOf(id)}/events`, {
    onData: (text) => {
      const now = JSON.parse(text) as Export;
      if (isDone(now)) end();
      onChange(now);
    },
    // The notice at the top says that the server is away; it is asked again.
    onLost: () => undefined,
    onConnected: () => undefined,
  });
  return end;
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
