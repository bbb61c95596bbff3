import type { EntityManager } from 'typeorm';
import type { RecordedObject } from '../../../engine/index.js';
import type { ManifestObject } from '../../../media/manifests/timeline.js';
import type { SegmentRow } from '../entities/segment-row.entity.js';
import { linesOfObjects, recordedObject, ShownValues, type ReadObject } from '../entities/packed-objects.js';
import { nameOf } from '../manifests/timeline-rows.js';
import type { ReadSegment } from './finished-parts.js';
import { listed, unpack, type PackedRows } from './packed-rows.js';
import type { RecordedPart } from './recorded-part.js';

/** What a row says of its segment beside its objects. */
export type SegmentFields = Pick<SegmentRow, 'number' | 'period' | 'startMs' | 'durationMs' | 'state' | 'lostTracks'>;

/** A segment as far as it is played. */
export interface SegmentFacts extends SegmentFields, Pick<SegmentRow, 'directory' | 'sessionId'> {
  readonly objects: readonly RecordedObject[];
}

/** Which of a segment's objects is read, and what is made of it. */
export interface SegmentColumns<T> {
  /** What is told of the column `objects`, by name, as {@link listed} has it. */
  readonly lists: Readonly<Record<string, string>>;
  /** @returns what makes segments of the rows, one after the other; undefined of a row that is left out */
  readonly reader: (rows: PackedRows, part: RecordedPart) => (fields: SegmentFields) => T | undefined;
}

export function wholeSegments(manager: EntityManager): SegmentColumns<SegmentFacts> {
  const { shown, others } = linesOfObjects(manager);
  return {
    lists: { shown: listed(shown), others: listed(others) },
    reader: (rows, { directory, sessionId }) => {
      const values = new ShownValues(unpack(rows['shown']));
      const read = recordedObject(unpack(rows['others']));
      return (fields) => ({ ...fields, directory, sessionId, objects: values.next(read) });
    },
  };
}

/**
 * What manifests say of a segment: none of one that is lost. A day of a stream has more than ten thousand, so each is made
 * once, as it stays.
 *
 * @param folder address of the segment's directory as the manifest sees it, with its slash
 */
export function shownSegments(manager: EntityManager, folder: string): SegmentColumns<ReadSegment> {
  const read = manifestObjectIn(folder);
  return {
    lists: { shown: listed(linesOfObjects(manager).shown) },
    reader: (rows, { directory, sessionId }) => {
      const values = new ShownValues(unpack(rows['shown']));
      return ({ number, period, startMs, durationMs, state, lostTracks }) => {
        const objects = values.next(read);
        if (state === 'lost') return undefined;
        const segment = { number, sessionId, directory, period, startMs, endMs: startMs + durationMs, objects };
        return lostTracks === null ? segment : { ...segment, lostTracks };
      };
    },
  };
}

function manifestObjectIn(folder: string): ReadObject<ManifestObject> {
  return (values, at, rowFolder) => {
    const name = values[at + 1] as string;
    return {
      trackId: values[at] as string,
      folder,
      name: rowFolder === '' ? nameOf(name) : name,
      startTicks: values[at + 2] as number,
      durationTicks: values[at + 3] as number,
      sizeBytes: values[at + 4] as number,
      independent: values[at + 5] as boolean,
    };
  };
}
