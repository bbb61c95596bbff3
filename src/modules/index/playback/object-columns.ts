import type { EntityManager } from 'typeorm';
import type { RecordedObject } from '../../../engine/index.js';
import type { ManifestObject } from '../../../media/manifests/timeline.js';
import { isPostgres } from '../../../persistence/portable-data-source.js';
import { manifestObject, type ShownObject } from '../manifests/timeline-rows.js';
import { listed, unpack, type PackedRows } from './packed-rows.js';

/** Which of a segment's objects is read, and how. */
export interface ObjectColumns<T> {
  /** What a row of `segments` gives. */
  readonly select: string;
  /** What is told of it, by name, as {@link listed} has it. */
  readonly lists: Readonly<Record<string, string>>;
  /** @returns what gives the objects of the row at an index */
  readonly reader: (rows: PackedRows, directory: string) => ObjectsAt<T>;
}

type ObjectsAt<T> = (index: number) => readonly T[];

export const WHOLE_OBJECTS: ObjectColumns<RecordedObject> = {
  select: '"objects"',
  lists: { objects: listed('CAST("objects" AS text)') },
  reader: ({ objects }) => {
    const all = unpack(objects) as readonly (readonly RecordedObject[])[];
    return (index) => all[index] ?? [];
  },
};

/** A picture and its sound. */
const USUAL = ['first', 'second'] as const;
const TEXTS = ['trackId', 'objectKey'] as const;
const OTHERS = ['startTicks', 'durationTicks', 'sizeBytes', 'independent'] as const;

/**
 * PostgreSQL takes out of its binary form what is shown, in less time than it needs to write all of it as text, and there
 * is a quarter left to send and to parse.
 */
const PICKED = {
  select: `${USUAL.map((name, index) => `"objects" -> ${String(index)} AS "${name}"`).join(', ')},
    CASE WHEN "objects" -> ${String(USUAL.length)} IS NOT NULL THEN "objects" END AS "more"`,
  lists: {
    ...Object.fromEntries(USUAL.flatMap(pickedLists)),
    more: listed(`coalesce(CAST("more" AS text), 'null')`),
  },
};

function pickedLists(name: (typeof USUAL)[number]): (readonly [name: string, list: string])[] {
  const texts = TEXTS.map((field) => [field, `CAST(to_json("${name}" ->> '${field}') AS text)`] as const);
  const others = OTHERS.map((field) => [field, `"${name}" ->> '${field}'`] as const);
  return [...texts, ...others].map(([field, value]) => [`${name}.${field}`, listed(`coalesce(${value}, 'null')`)]);
}

/** Where a manifest finds the objects of a directory. */
interface Place {
  readonly directory: string;
  /** Its address, with its slash. */
  readonly folder: string;
}

/**
 * What manifests say of a segment's objects. SQLite parses the text of a row for each field that is taken out of it: there
 * reading all of it is faster.
 *
 * @param folder address of the segment's directory as the manifest sees it, with its slash
 */
export function shownObjects({ dataSource }: EntityManager, folder: string): ObjectColumns<ManifestObject> {
  const columns = isPostgres(dataSource) ? { ...PICKED, read: readPicked } : { ...WHOLE_OBJECTS, read: readWhole };
  const { select, lists, read } = columns;
  return { select, lists, reader: (rows, directory) => read(rows, { directory, folder }) };
}

function readWhole({ objects }: PackedRows, place: Place): ObjectsAt<ManifestObject> {
  const all = unpack(inFolder(objects, place)) as readonly (readonly ShownObject[])[];
  return (index) => shown(all[index] ?? [], place);
}

function readPicked(rows: PackedRows, place: Place): ObjectsAt<ManifestObject> {
  const [first, second] = USUAL.map((name) => pickedAt(rows, name, place));
  const more = unpack(inFolder(rows['more'], place)) as readonly (readonly ShownObject[] | null)[];
  return (index) => {
    const whole = more[index] ?? null;
    if (whole !== null) return shown(whole, place);
    const one = first?.(index);
    const other = second?.(index);
    if (one === undefined) return [];
    return other === undefined ? [one] : [one, other];
  };
}

function shown(objects: readonly ShownObject[], { folder }: Place): ManifestObject[] {
  return objects.map((object) => manifestObject(object, folder));
}

/** @returns what gives the object of this name of the row at an index, undefined where there is none */
function pickedAt(
  rows: PackedRows,
  name: (typeof USUAL)[number],
  place: Place,
): (index: number) => ManifestObject | undefined {
  const list = (field: keyof ShownObject): readonly unknown[] => unpack(rows[`${name}.${field}`]);
  const trackIds = list('trackId') as readonly (string | null)[];
  const keys = unpack(inFolder(rows[`${name}.objectKey`], place)) as readonly string[];
  const startTicks = list('startTicks') as readonly number[];
  const durationTicks = list('durationTicks') as readonly number[];
  const sizeBytes = list('sizeBytes') as readonly number[];
  const independent = list('independent') as readonly boolean[];
  return (index) => {
    const trackId = trackIds[index] ?? null;
    if (trackId === null) return undefined;
    const object = {
      trackId,
      objectKey: keys[index] ?? '',
      startTicks: startTicks[index] ?? 0,
      durationTicks: durationTicks[index] ?? 0,
      sizeBytes: sizeBytes[index] ?? 0,
      independent: independent[index] ?? false,
    };
    return manifestObject(object, place.folder);
  };
}

/**
 * Puts the keys of a directory into its folder all at once: an address that is put together of two texts is copied again
 * when it is compared, and takes three times the memory.
 */
function inFolder(keys: PackedRows[string], { directory, folder }: Place): PackedRows[string] {
  const [before = '', after = ''] = [`${directory}/`, folder].map((text) => JSON.stringify(text).slice(0, -1));
  return keys?.replaceAll(before, () => after);
}
