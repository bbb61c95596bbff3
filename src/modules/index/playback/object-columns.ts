import type { EntityManager } from 'typeorm';
import type { RecordedObject } from '../../../engine/index.js';
import type { ManifestObject } from '../../../media/manifests/timeline.js';
import { linesOfObjects, recordedObjects, type OtherFields, type ShownFields } from '../entities/packed-objects.js';
import { manifestObject } from '../manifests/timeline-rows.js';
import { listed, unpack, type PackedRows } from './packed-rows.js';

/** Which of a segment's objects is read, and how. */
export interface ObjectColumns<T> {
  /** What is told of the column `objects`, by name, as {@link listed} has it. */
  readonly lists: Readonly<Record<string, string>>;
  /** @returns what gives the objects of the row at an index */
  readonly reader: (rows: PackedRows, directory: string) => (index: number) => readonly T[];
}

export function wholeObjects(manager: EntityManager): ObjectColumns<RecordedObject> {
  const { shown, others } = linesOfObjects(manager);
  return {
    lists: { shown: listed(shown), others: listed(others) },
    reader: (rows) => {
      const shownAt = unpack(rows['shown']) as readonly (readonly ShownFields[])[];
      const othersAt = unpack(rows['others']) as readonly (readonly OtherFields[])[];
      return (index) => recordedObjects(shownAt[index] ?? [], othersAt[index] ?? []);
    },
  };
}

/**
 * What manifests say of a segment's objects.
 *
 * @param folder address of the segment's directory as the manifest sees it, with its slash
 */
export function shownObjects(manager: EntityManager, folder: string): ObjectColumns<ManifestObject> {
  return {
    lists: { shown: listed(linesOfObjects(manager).shown) },
    reader: (rows, directory) => {
      const shownAt = unpack(inFolder(rows['shown'], directory, folder)) as readonly (readonly ShownFields[])[];
      return (index) => (shownAt[index] ?? []).map((fields) => placedObject(fields, folder));
    },
  };
}

function placedObject(
  [trackId, objectKey, startTicks, durationTicks, sizeBytes, independent]: ShownFields,
  folder: string,
): ManifestObject {
  return manifestObject({ trackId, objectKey, startTicks, durationTicks, sizeBytes, independent }, folder);
}

/**
 * Puts the keys of a directory into its folder all at once: an address that is put together of two texts is copied again
 * when it is compared, and takes three times the memory.
 */
function inFolder(keys: PackedRows[string], directory: string, folder: string): PackedRows[string] {
  const [before = '', after = ''] = [`${directory}/`, folder].map((text) => JSON.stringify(text).slice(0, -1));
  return keys?.replaceAll(before, () => after);
}
