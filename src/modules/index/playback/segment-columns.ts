import type { EntityManager } from 'typeorm';
import type { RecordedObject } from '../../../engine/index.js';
import type { ManifestObject } from '../../../media/manifests/timeline.js';
import type { SegmentRow, SegmentState } from '../entities/segment-row.entity.js';
import { splitKey } from '../directories/object-names.js';
import { linesOfObjects, recordedObject, ShownValues, type ReadObject } from '../entities/packed-objects.js';
import type { ReadSegment } from './finished-parts.js';
import { listed, unpack, type PackedRows } from './packed-rows.js';
import type { RecordedPart } from './recorded-part.js';

/** What rows say of their segments beside their objects, list by list: nothing is made of a row but its segment. */
export interface SegmentFields {
  readonly numbers: readonly number[];
  readonly periods: readonly number[];
  readonly startsMs: readonly number[];
  readonly durationsMs: readonly number[];
  readonly states: readonly SegmentState[];
  readonly lostTracks: readonly SegmentRow['lostTracks'][];
}

/** A segment as far as it is played. */
export interface SegmentFacts extends Pick<
  SegmentRow,
  'directory' | 'sessionId' | 'number' | 'period' | 'startMs' | 'durationMs' | 'state' | 'lostTracks'
> {
  readonly objects: readonly RecordedObject[];
}

/** Which of a segment's objects is read, and what is made of it. */
export interface SegmentColumns<T> {
  /** What is told of the column `objects`, by name, as {@link listed} has it. */
  readonly lists: Readonly<Record<string, string>>;
  /** @returns what makes the segments of the rows, by their places, each once and in order; undefined of one left out */
  readonly reader: (rows: PackedRows, fields: SegmentFields, part: RecordedPart) => (index: number) => T | undefined;
}

export function wholeSegments(manager: EntityManager): SegmentColumns<SegmentFacts> {
  const { shown, others } = linesOfObjects(manager);
  return {
    lists: { shown: listed(shown), others: listed(others) },
    reader: (rows, { numbers, periods, startsMs, durationsMs, states, lostTracks }, { directory, sessionId }) => {
      const values = new ShownValues(unpack(rows['shown']));
      const read = recordedObject(unpack(rows['others']));
      return (index) => ({
        directory,
        sessionId,
        number: numbers[index] ?? 0,
        period: periods[index] ?? 0,
        startMs: startsMs[index] ?? 0,
        durationMs: durationsMs[index] ?? 0,
        state: states[index] ?? 'lost',
        lostTracks: lostTracks[index] ?? null,
        objects: values.next(read),
      });
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
    reader: (rows, { numbers, periods, startsMs, durationsMs, states, lostTracks }, { directory, sessionId }) => {
      const values = new ShownValues(unpack(rows['shown']));
      return (index) => {
        const objects = values.next(read);
        if (states[index] === 'lost') return undefined;
        const startMs = startsMs[index] ?? 0;
        const segment = {
          number: numbers[index] ?? 0,
          sessionId,
          directory,
          period: periods[index] ?? 0,
          startMs,
          endMs: startMs + (durationsMs[index] ?? 0),
          objects,
        };
        const lost = lostTracks[index] ?? null;
        return lost === null ? segment : { ...segment, lostTracks: lost };
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
      name: rowFolder === '' ? splitKey(name).name : name,
      startTicks: values[at + 2] as number,
      durationTicks: values[at + 3] as number,
      sizeBytes: values[at + 4] as number,
      independent: values[at + 5] as boolean,
    };
  };
}
