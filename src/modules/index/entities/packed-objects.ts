import type { ColumnOptions, EntityManager, ValueTransformer } from 'typeorm';
import type { RecordedObject } from '../../../engine/index.js';
import { isPostgres } from '../../../persistence/portable-data-source.js';

/** What manifests show of an object. */
export type ShownObject = Pick<
  RecordedObject,
  'trackId' | 'objectKey' | 'startTicks' | 'durationTicks' | 'sizeBytes' | 'independent'
>;

export type ShownFields = readonly [
  trackId: string,
  objectKey: string,
  startTicks: number,
  durationTicks: number,
  sizeBytes: number,
  independent: boolean,
];
export type OtherFields = readonly [kind: RecordedObject['kind'], timescale: number, samples: number, sha256: string];

/**
 * The objects of a segment as a row has them: a line of JSON with what manifests show of each, and a line with the rest. The
 * manifest of a day reads twenty thousand rows, of each the first line as it is: names of fields would be most of the bytes,
 * and to take single fields out of JSON costs the database more than all else together.
 */
export const packedObjectsColumn = {
  type: 'text',
  transformer: {
    to: (objects: readonly RecordedObject[] | undefined) => (objects === undefined ? undefined : packObjects(objects)),
    from: unpackObjects,
  } satisfies ValueTransformer,
} as const satisfies ColumnOptions;

function packObjects(objects: readonly RecordedObject[]): string {
  const shown = objects.map(
    ({ trackId, objectKey, startTicks, durationTicks, sizeBytes, independent }): ShownFields => [
      trackId,
      objectKey,
      startTicks,
      durationTicks,
      sizeBytes,
      independent,
    ],
  );
  const others = objects.map(({ kind, timescale, samples, sha256 }): OtherFields => [kind, timescale, samples, sha256]);
  return `${JSON.stringify(shown)}\n${JSON.stringify(others)}`;
}

function unpackObjects(text: string): RecordedObject[] {
  const [shown = [], others = []] = text.split('\n').map((line) => JSON.parse(line) as unknown);
  return recordedObjects(shown as readonly ShownFields[], others as readonly OtherFields[]);
}

/** @param others of the same objects */
export function recordedObjects(shown: readonly ShownFields[], others: readonly OtherFields[]): RecordedObject[] {
  return others.flatMap(([kind, timescale, samples, sha256], index) => {
    const fields = shown[index];
    if (fields === undefined) return [];
    const [trackId, objectKey, startTicks, durationTicks, sizeBytes, independent] = fields;
    return [
      { trackId, kind, objectKey, sizeBytes, sha256, startTicks, durationTicks, timescale, samples, independent },
    ];
  });
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
