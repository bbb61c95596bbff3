import type { EntityManager } from 'typeorm';
import type { RecordedObject } from '../../../engine/index.js';
import type { ManifestObject } from '../../../media/manifests/timeline.js';
import { isPostgres } from '../../../persistence/portable-data-source.js';
import { manifestObject, type ShownObject } from '../manifests/timeline-rows.js';

/** Which of a segment's objects is read, and how. */
export interface ObjectColumns<T> {
  /** What a row of `segments` gives. */
  readonly select: string;
  /** Expression over that: JSON as text. */
  readonly json: string;
  /** @param value that JSON, parsed */
  readonly objectsOf: (value: unknown) => readonly T[];
}

export const WHOLE_OBJECTS: ObjectColumns<RecordedObject> = {
  select: '"objects"',
  json: 'CAST("objects" AS text)',
  objectsOf: (value) => value as readonly RecordedObject[],
};

/** A picture and its sound. */
const USUAL = ['first', 'second'] as const;
const TEXTS = ['trackId', 'objectKey'] as const;
const NUMBERS = ['startTicks', 'durationTicks', 'sizeBytes', 'independent'] as const;
const VALUES = TEXTS.length + NUMBERS.length;

/**
 * PostgreSQL takes out of its binary form what is shown, in less time than it needs to write all of it as text, and there
 * is a quarter left to send and to parse: the values of one object after the other, without their names.
 */
const PICKED = {
  select: `${USUAL.map((name, index) => `"objects" -> ${String(index)} AS "${name}"`).join(', ')},
    CASE WHEN jsonb_array_length("objects") > ${String(USUAL.length)} THEN "objects" END AS "more"`,
  json: `CASE WHEN "more" IS NULL THEN concat('[', concat_ws(',', ${pickedValues().join(', ')}), ']') ELSE "more"::text END`,
};

function pickedValues(): string[] {
  return USUAL.flatMap((name) => [
    ...TEXTS.map((field) => `to_json("${name}" ->> '${field}')`),
    ...NUMBERS.map((field) => `"${name}" ->> '${field}'`),
  ]);
}

/**
 * What manifests say of a segment's objects. SQLite parses the text of a row for each field that is taken out of it: there
 * reading all of it is faster.
 *
 * @param folder address of the segment's directory as the manifest sees it, with its slash
 */
export function shownObjects({ dataSource }: EntityManager, folder: string): ObjectColumns<ManifestObject> {
  const wholeObjects = (value: unknown): ManifestObject[] =>
    (value as readonly ShownObject[]).map((object) => manifestObject(object, folder));
  if (!isPostgres(dataSource)) return { ...WHOLE_OBJECTS, objectsOf: wholeObjects };
  const objectsOf = (value: unknown): ManifestObject[] =>
    isPicked(value) ? pickedObjects(value, folder) : wholeObjects(value);
  return { ...PICKED, objectsOf };
}

type PickedValues = readonly (string | number | boolean)[];

function isPicked(value: unknown): value is PickedValues {
  return Array.isArray(value) && typeof value[0] === 'string';
}

function pickedObjects(values: PickedValues, folder: string): ManifestObject[] {
  const objects: ManifestObject[] = [];
  for (let first = 0; first + VALUES <= values.length; first += VALUES) {
    const object = {
      trackId: values[first] as string,
      objectKey: values[first + 1] as string,
      startTicks: values[first + 2] as number,
      durationTicks: values[first + 3] as number,
      sizeBytes: values[first + 4] as number,
      independent: values[first + 5] as boolean,
    };
    objects.push(manifestObject(object, folder));
  }
  return objects;
}
