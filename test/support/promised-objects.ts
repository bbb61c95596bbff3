import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';

/** An object that a row speaks of: from then on it exists, with these bytes. */
export interface PromisedObject {
  readonly key: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** The row, as far as it never changes. */
  readonly row: string;
  readonly isInit: boolean;
}

export type ReadObject = (key: string) => Promise<Uint8Array>;

interface SegmentColumns {
  readonly directory: string;
  readonly number: number;
  readonly session_id: string;
  readonly period: number;
  readonly start_ms: number;
  readonly duration_ms: number;
  readonly objects: string;
}

interface TrackColumns {
  readonly init_object_key: string;
  readonly init_size_bytes: number;
  readonly init_sha256: string;
}

const SEGMENTS = `SELECT directory, number, session_id, period, start_ms, duration_ms, objects FROM segments ORDER BY directory, number`;
const INITS = `SELECT DISTINCT init_object_key, init_size_bytes, init_sha256 FROM tracks ORDER BY init_object_key`;
const NEWEST_SESSION = `SELECT anchored_at, end_ms FROM recording_sessions WHERE anchored_at IS NOT NULL ORDER BY started_at DESC LIMIT 1`;

/** What the index promises at this moment, over a connection of its own. @param database path of the SQLite file */
export function readPromises(database: string): PromisedObject[] {
  return query(database, (connection) => [
    ...(connection.prepare(INITS).all() as unknown as TrackColumns[]).map(promisedInit),
    ...(connection.prepare(SEGMENTS).all() as unknown as SegmentColumns[]).flatMap(promisedSegment),
  ]);
}

/** @returns wall clock of the end of what is committed of the newest session, undefined when nothing is */
export function readEndOfMedia(database: string): number | undefined {
  return query(database, (connection) => {
    const row = connection.prepare(NEWEST_SESSION).get() as { anchored_at: string; end_ms: number } | undefined;
    return row === undefined ? undefined : Date.parse(row.anchored_at) + row.end_ms;
  });
}

/** @returns a sentence for each promise that is not there any more, or says something else */
export function brokenPromises(before: readonly PromisedObject[], now: readonly PromisedObject[]): string[] {
  const rows = new Map(now.map((promise) => [promise.key, JSON.stringify(promise)]));
  return before
    .filter((promise) => rows.get(promise.key) !== JSON.stringify(promise))
    .map(({ key, row }) => `${key} (${row}) was promised, and now it is ${rows.get(key) ?? 'not there'}.`);
}

/** @returns a sentence for each object, or content, of segments that comes more than once */
export function repeatedPromises(promises: readonly PromisedObject[]): string[] {
  const segments = promises.filter(({ isInit }) => !isInit);
  const repeated = (name: 'key' | 'sha256'): string[] => {
    const seen = new Set<string>();
    const isSecond = (promise: PromisedObject): boolean => seen.size === seen.add(promise[name]).size;
    return segments.filter(isSecond).map(({ key, row }) => `${key} (${row}): its ${name} is another object's too.`);
  };
  return [...repeated('key'), ...repeated('sha256')];
}

/** @returns a sentence for each object whose bytes are not what was promised */
export async function alteredObjects(promises: readonly PromisedObject[], read: ReadObject): Promise<string[]> {
  const altered: string[] = [];
  for (const { key, sizeBytes, sha256 } of promises) {
    try {
      const bytes = await read(key);
      const found = createHash('sha256').update(bytes).digest('hex');
      if (found !== sha256) altered.push(`${key} has ${bytes.length} bytes (${found}), not ${sizeBytes} (${sha256}).`);
    } catch (error) {
      altered.push(`${key} cannot be read: ${String(error)}`);
    }
  }
  return altered;
}

function query<T>(database: string, ask: (connection: DatabaseSync) => T): T {
  const connection = new DatabaseSync(database, { readOnly: true, timeout: 5000 });
  try {
    return ask(connection);
  } finally {
    connection.close();
  }
}

function promisedInit({
  init_object_key: key,
  init_size_bytes: sizeBytes,
  init_sha256: sha256,
}: TrackColumns): PromisedObject {
  return { key, sizeBytes, sha256, row: 'init', isInit: true };
}

function promisedSegment({ objects, ...columns }: SegmentColumns): PromisedObject[] {
  const row = JSON.stringify(columns);
  const [shown = [], others = []] = objects.split('\n').map((line) => JSON.parse(`[${line}]`) as unknown[]);
  const [folder, count] = shown;
  return Array.from({ length: Number(count) }, (_, index) => {
    const [, name, , , sizeBytes] = shown.slice(2 + 6 * index);
    const sha256 = String(others[4 * index + 3]);
    return { key: `${String(folder)}${String(name)}`, sizeBytes: Number(sizeBytes), sha256, row, isInit: false };
  });
}
