import type { EntityManager } from 'typeorm';
import type { RecordedObject } from '../../../engine/index.js';
import { isPostgres } from '../../../persistence/portable-data-source.js';

/** What manifests say of an object. */
export type ShownObject = Pick<
  RecordedObject,
  'trackId' | 'objectKey' | 'startTicks' | 'durationTicks' | 'sizeBytes' | 'independent'
>;

/** The columns `objects` and `shown` of a row, as far as they were asked for. */
export interface RawObjects {
  /** Text in SQLite. */
  readonly objects?: unknown;
  readonly shown?: string | null;
}

/** Which of a segment's objects is read, and how. */
export interface ObjectColumns<T> {
  /** Expressions over `segment` by the names of columns. */
  readonly select: Readonly<Partial<Record<keyof RawObjects, string>>>;
  readonly objectsOf: (row: RawObjects) => readonly T[];
}

export const WHOLE_OBJECTS: ObjectColumns<RecordedObject> = {
  select: { objects: 'segment.objects' },
  objectsOf: ({ objects }) => parsed(objects) as readonly RecordedObject[],
};

/** In the order in which they are put together. */
const SHOWN = ['trackId', 'objectKey', 'startTicks', 'durationTicks', 'sizeBytes', 'independent'] as const;
/** No key has it, and no track. */
const SEPARATOR = '\t';
/** A picture and its sound. */
const USUAL_OBJECTS = 2;

const isUsual = `jsonb_array_length(segment.objects) <= ${String(USUAL_OBJECTS)}`;
const fields = Array.from({ length: USUAL_OBJECTS }, (_, index) =>
  SHOWN.map((name) => `segment.objects -> ${String(index)} ->> '${name}'`),
).flat();

/**
 * PostgreSQL takes out of its binary form what is shown, in less time than it needs to write all of it as text; there is a
 * seventh left to send and to read, and nothing to parse.
 */
const PICKED_OBJECTS: ObjectColumns<ShownObject> = {
  select: {
    shown: `CASE WHEN ${isUsual} THEN concat_ws('${SEPARATOR}', ${fields.join(', ')}) END`,
    objects: `CASE WHEN ${isUsual} THEN NULL ELSE segment.objects END`,
  },
  objectsOf: (row) => (typeof row.shown === 'string' ? pickedObjects(row.shown) : WHOLE_OBJECTS.objectsOf(row)),
};

/** SQLite parses the text of a row for each field that is taken out of it: there reading all of it is faster. */
export function shownObjects({ dataSource }: EntityManager): ObjectColumns<ShownObject> {
  return isPostgres(dataSource) ? PICKED_OBJECTS : WHOLE_OBJECTS;
}

function pickedObjects(text: string): ShownObject[] {
  const values = text.split(SEPARATOR);
  const objects: ShownObject[] = [];
  for (let first = 0; first + SHOWN.length <= values.length; first += SHOWN.length) {
    objects.push({
      trackId: values[first] ?? '',
      objectKey: values[first + 1] ?? '',
      startTicks: Number(values[first + 2]),
      durationTicks: Number(values[first + 3]),
      sizeBytes: Number(values[first + 4]),
      independent: values[first + 5] === 'true',
    });
  }
  return objects;
}

export function parsed(value: unknown): unknown {
  return typeof value === 'string' ? JSON.parse(value) : value;
}
