import type { ColumnOptions, EntityManager, ValueTransformer } from 'typeorm';
import type { RecordedObject } from '../../../engine/index.js';
import { isPostgres } from '../../../persistence/portable-data-source.js';

/** What manifests show of an object. */
export type ShownObject = Pick<
  RecordedObject,
  'trackId' | 'objectKey' | 'startTicks' | 'durationTicks' | 'sizeBytes' | 'independent'
>;

/** In front of the objects of a row. */
const ROW_FIELDS = 2;
const SHOWN_FIELDS = 6;
const OTHER_FIELDS = 4;

/**
 * The objects of a segment as a row has them: a line with what manifests show, the folder of all, how many there are and six
 * values of each; and a line with the rest, four values of each. The manifest of a day reads twenty thousand rows, of each
 * the first line as it is: names of fields and lists of lists would be most of the work, and to take single fields out of
 * JSON costs the database more than all else together.
 */
export const packedObjectsColumn = {
  type: 'text',
  transformer: {
    to: (objects: readonly RecordedObject[] | undefined) => (objects === undefined ? undefined : packObjects(objects)),
    from: unpackObjects,
  } satisfies ValueTransformer,
} as const satisfies ColumnOptions;

function packObjects(objects: readonly RecordedObject[]): string {
  const folder = commonFolder(objects.map(({ objectKey }) => objectKey));
  const shown = objects.flatMap(({ trackId, objectKey, startTicks, durationTicks, sizeBytes, independent }) => [
    trackId,
    objectKey.slice(folder.length),
    startTicks,
    durationTicks,
    sizeBytes,
    independent,
  ]);
  const others = objects.flatMap(({ kind, timescale, samples, sha256 }) => [kind, timescale, samples, sha256]);
  return [[folder, objects.length, ...shown], others].map((line) => JSON.stringify(line).slice(1, -1)).join('\n');
}

/** @returns with its slash; empty where the keys lie in several */
function commonFolder([first = '', ...others]: readonly string[]): string {
  const folder = first.slice(0, first.lastIndexOf('/') + 1);
  return others.every((key) => key.lastIndexOf('/') + 1 === folder.length && key.startsWith(folder)) ? folder : '';
}

export function unpackObjects(text: string): RecordedObject[] {
  const [shown = [], others = []] = text.split('\n').map((line) => JSON.parse(`[${line}]`) as readonly unknown[]);
  const [folder, count] = shown as [string, number];
  return Array.from({ length: count }, (_, index) => {
    const first = ROW_FIELDS + SHOWN_FIELDS * index;
    const [trackId, name, startTicks, durationTicks, sizeBytes, independent] = shown.slice(first, first + SHOWN_FIELDS);
    const [kind, timescale, samples, sha256] = others.slice(OTHER_FIELDS * index, OTHER_FIELDS * (index + 1));
    const objectKey = folder + String(name);
    const size = { sizeBytes, startTicks, durationTicks, timescale, samples };
    return { trackId, kind, objectKey, sha256, ...size, independent } as RecordedObject;
  });
}

/** @returns expression for what manifests show of the objects of a row: the folder, how many there are, their values */
export function shownLine({ dataSource }: EntityManager): string {
  return isPostgres(dataSource)
    ? `split_part("objects", chr(10), 1)`
    : `substr("objects", 1, instr("objects", char(10)) - 1)`;
}
