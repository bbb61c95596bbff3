import type { ColumnOptions, EntityManager, ValueTransformer } from 'typeorm';
import type { RecordedObject } from '../../../engine/index.js';
import { isPostgres } from '../../../persistence/portable-data-source.js';

/** What manifests show of an object. */
export type ShownObject = Pick<
  RecordedObject,
  'trackId' | 'objectKey' | 'startTicks' | 'durationTicks' | 'sizeBytes' | 'independent'
>;

/** Values as the lines of one row or of several have them, with nothing that tells where a row or an object begins. */
export type PackedValues = readonly unknown[];

/** An object in a line: its place there, and its folder, which its row says once. */
export type ReadObject<T> = (values: PackedValues, at: number, folder: string) => T;

const SHOWN_FIELDS = 6;

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

function unpackObjects(text: string): RecordedObject[] {
  const [shown = [], others = []] = text.split('\n').map((line) => JSON.parse(`[${line}]`) as PackedValues);
  return new ShownValues(shown).next(recordedObject(others));
}

/** Reads the objects of one row after the other. */
export class ShownValues {
  private at = 0;

  constructor(private readonly values: PackedValues) {}

  /** @returns what is made of the objects of the next row */
  next<T>(read: ReadObject<T>): T[] {
    const { values } = this;
    const folder = values[this.at] as string;
    const count = values[this.at + 1] as number;
    this.at += 2;
    const objects = new Array<T>(count); // One that grows has room for seventeen.
    for (let index = 0; index < count; index += 1) {
      objects[index] = read(values, this.at, folder);
      this.at += SHOWN_FIELDS;
    }
    return objects;
  }
}

/** @param others of the same rows: objects are read in their order */
export function recordedObject(others: PackedValues): ReadObject<RecordedObject> {
  let next = 0;
  return (values, at, folder) => {
    const [trackId, name, startTicks, durationTicks, sizeBytes, independent] = values.slice(at, at + SHOWN_FIELDS);
    const [kind, timescale, samples, sha256] = others.slice(next, next + 4);
    next += 4;
    const objectKey = folder + String(name);
    const size = { sizeBytes, startTicks, durationTicks, timescale, samples };
    return { trackId, kind, objectKey, sha256, ...size, independent } as RecordedObject;
  };
}

/** @returns expressions for the lines of a row */
export function linesOfObjects({ dataSource }: EntityManager): { readonly shown: string; readonly others: string } {
  return isPostgres(dataSource)
    ? { shown: `split_part("objects", chr(10), 1)`, others: `split_part("objects", chr(10), 2)` }
    : {
        shown: `substr("objects", 1, instr("objects", char(10)) - 1)`,
        others: `substr("objects", instr("objects", char(10)) + 1)`,
      };
}
