import type { EntityManager } from 'typeorm';
import type { RecordedObject } from '../../../engine/index.js';
import { isPostgres } from '../../../persistence/portable-data-source.js';
import { shownLine, unpackObjects } from '../entities/packed-objects.js';
import type { ReadSegment } from './read-segment.js';
import type { LineScanner } from './line-scanner.js';
import { ObjectTable } from './packed-segment.js';
import type { SegmentPlace } from './segment-place.js';

/** A segment as far as it is played. */
export interface SegmentFacts extends SegmentPlace {
  readonly objects: readonly RecordedObject[];
}

/** What of a segment's objects is read, and what is made of it, in one reading. */
export interface SegmentReader<T> {
  /** Expression for JSON values with commas between them, never null. */
  readonly objects: string;
  /** @returns the segment, of which the line has the objects next; undefined of one left out */
  readonly next: (place: SegmentPlace, line: LineScanner) => T | undefined;
}

export function wholeSegments({ dataSource }: EntityManager): SegmentReader<SegmentFacts> {
  return {
    objects: quotedText(dataSource, '"objects"'),
    next: (place, line) => ({ ...place, objects: unpackObjects(line.string().value) }),
  };
}

/**
 * What manifests say of a segment: none of one that is lost.
 *
 * @param folder address of the segment's directory as the manifest sees it, with its slash
 */
export function shownSegments(manager: EntityManager, folder: string): SegmentReader<ReadSegment> {
  const table = new ObjectTable(folder);
  return {
    objects: shownLine(manager),
    next: (place, line) => {
      const segment = table.add(place, line);
      return place.state === 'lost' ? undefined : segment;
    },
  };
}

/** @returns expression for a JSON string of a text, an empty one of null */
export function quotedText(dataSource: EntityManager['dataSource'], text: string): string {
  return isPostgres(dataSource)
    ? `coalesce(CAST(to_json(CAST(${text} AS text)) AS text), '""')`
    : `json_quote(coalesce(${text}, ''))`;
}
