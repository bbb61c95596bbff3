import { digitsOf, isNumbered, splitAtNumber, type NumberedName } from '../../../media/manifests/numbered-name.js';
import type { ManifestObject } from '../../../media/manifests/timeline.js';
import { splitKey } from '../directories/object-names.js';

import type { LineScanner } from './line-scanner.js';
import type { ReadSegment } from './read-segment.js';
import type { SegmentPlace } from './segment-place.js';

/**
 * A segment whose objects are made when they are asked for. What is changed of one (`{ ...segment, … }`) has to say its
 * objects: a copy has none.
 */
class PackedSegment implements ReadSegment {
  readonly number: number;
  readonly sessionId: string;
  readonly directory: string;
  readonly period: number;
  readonly startMs: number;
  readonly endMs: number;
  declare readonly lostTracks?: readonly string[];
  readonly #table: ObjectTable;
  /** Of its first object in the table. */
  readonly #first: number;
  readonly #count: number;
  readonly #follows: PackedSegment | undefined;

  constructor(place: SegmentPlace, { table, first, count, follows }: PackedPlace) {
    const { number, sessionId, directory, period, startMs, durationMs, lostTracks } = place;
    this.number = number;
    this.sessionId = sessionId;
    this.directory = directory;
    this.period = period;
    this.startMs = startMs;
    this.endMs = startMs + durationMs;
    if (lostTracks !== null) this.lostTracks = lostTracks;
    this.#table = table;
    this.#first = first;
    this.#count = count;
    this.#follows = follows;
  }

  get objects(): readonly ManifestObject[] {
    return this.#table.objectsOf(this.number, this.#first, this.#count);
  }

  get follows(): PackedSegment | undefined {
    return this.#follows;
  }
}

interface PackedPlace {
  readonly table: ObjectTable;
  readonly first: number;
  readonly count: number;
  readonly follows: PackedSegment | undefined;
}

/** What objects are called alike. */
interface Naming {
  readonly trackId: string;
  /** Around the number of the segment; or the name, where the number is not in it. */
  readonly name: NumberedName | string;
}

/** What manifests say of an object; its name is put together when it is asked for. */
class PackedObject implements ManifestObject {
  readonly trackId: string;
  readonly folder: string;
  readonly startTicks: number;
  readonly durationTicks: number;
  readonly sizeBytes: number;
  readonly independent: boolean;
  readonly #naming: Naming;
  readonly #number: number;

  /** @param at where its values begin in the table */
  constructor(naming: Naming, number: number, { folder, values }: ObjectTable, at: number) {
    this.trackId = naming.trackId;
    this.folder = folder;
    this.startTicks = values[at + 1] ?? 0;
    this.durationTicks = values[at + 2] ?? 0;
    this.sizeBytes = values[at + 3] ?? 0;
    this.independent = values[at + 4] === 1;
    this.#naming = naming;
    this.#number = number;
  }

  get numbered(): NumberedName | undefined {
    const { name } = this.#naming;
    return typeof name === 'string' ? undefined : name;
  }

  get name(): string {
    const { name } = this.#naming;
    return typeof name === 'string' ? name : name.before + digitsOf(this.#number) + name.after;
  }
}

const NAMELESS: Naming = { trackId: '', name: '' };
/** Numbers of an object: its naming, start, length and size, and whether it begins with a key frame. */
const FIELDS = 5;
/** Objects of a minute; doubled where there are more. */
const FIRST_ROOM = 20;

/**
 * Objects of segments in a row as numbers. A day has thirty thousand: as objects of JavaScript they would outlive the young
 * generation of V8's heap, and each twentieth answer would wait while the old one is collected.
 */
export class ObjectTable {
  values = new Float64Array(FIELDS * FIRST_ROOM);
  private readonly namings: Naming[] = [];
  private before: PackedSegment | undefined;
  private beforeFirst = 0;
  private beforeCount = 0;
  /** Of the segment that is read. */
  private number = 0;
  private digits = '';
  /** Its objects have names with their own folders. */
  private isSpread = false;
  /** Who goes through segments asks for the objects of each several times. */
  private lastFirst = -1;
  private lastObjects: readonly ManifestObject[] = [];

  /** @param folder address of the segments' directory as the manifest sees it, with its slash */
  constructor(readonly folder: string) {}

  /** @param line has the objects of the segment next, as `shownLine` lists them */
  add(place: SegmentPlace, line: LineScanner): PackedSegment {
    const { before } = this;
    const first = this.beforeFirst + this.beforeCount;
    this.number = place.number;
    this.digits = digitsOf(place.number);
    this.isSpread = line.string().isEmpty;
    const count = line.integer();
    this.makeRoom(first + count);
    const goesOn = this.readObjects(line, first, count);
    const isNext = place.number - 1 === before?.number && place.period === before.period;
    const segment = new PackedSegment(place, {
      table: this,
      first,
      count,
      follows: goesOn && isNext ? before : undefined,
    });
    this.before = segment;
    this.beforeFirst = first;
    this.beforeCount = count;
    return segment;
  }

  /** @param first place of the first object */
  objectsOf(number: number, first: number, count: number): readonly ManifestObject[] {
    if (first === this.lastFirst && count === this.lastObjects.length) return this.lastObjects;
    const objects = new Array<ManifestObject>(count);
    for (let index = 0; index < count; index++) {
      const at = FIELDS * (first + index);
      objects[index] = new PackedObject(this.namings[this.values[at] ?? 0] ?? NAMELESS, number, this, at);
    }
    this.lastFirst = first;
    this.lastObjects = objects;
    return objects;
  }

  /** @returns whether they are the next of the same tracks, named alike and without a break */
  private readObjects(line: LineScanner, first: number, count: number): boolean {
    const { values, beforeFirst, beforeCount } = this;
    let goesOn = count === beforeCount;
    for (let index = 0; index < count; index++) {
      const at = FIELDS * (first + index);
      const atBefore = FIELDS * (beforeFirst + index);
      const likely = index < beforeCount ? (values[atBefore] ?? 0) : 0;
      const naming = this.readNaming(line, likely);
      const startTicks = line.integer();
      goesOn &&= naming === likely && typeof this.namings[naming]?.name !== 'string';
      goesOn &&= startTicks === (values[atBefore + 1] ?? 0) + (values[atBefore + 2] ?? 0);
      values[at] = naming;
      values[at + 1] = startTicks;
      values[at + 2] = line.integer();
      values[at + 3] = line.integer();
      values[at + 4] = line.boolean() ? 1 : 0;
    }
    return goesOn;
  }

  private makeRoom(count: number): void {
    const { values } = this;
    if (FIELDS * count <= values.length) return;
    this.values = new Float64Array(Math.max(FIELDS * count, 2 * values.length));
    this.values.set(values);
  }

  /** @param likely naming of the object at the same place of the segment before */
  private readNaming(line: LineScanner, likely: number): number {
    const { trackId, name } = this.namings[likely] ?? NAMELESS;
    const isTrack = line.string().equals(trackId);
    const objectTrack = isTrack ? trackId : line.value;
    line.string();
    if (isTrack && typeof name !== 'string' && !this.isSpread && line.isNumbered(name, this.digits)) return likely;
    return this.namingOf(objectTrack, this.isSpread ? splitKey(line.value).name : line.value);
  }

  private namingOf(trackId: string, objectName: string): number {
    const known = this.namings.findIndex(({ trackId: track, name }) => {
      if (track !== trackId) return false;
      return typeof name === 'string' ? name === objectName : isNumbered(objectName, name, this.digits);
    });
    if (known !== -1) return known;
    return this.namings.push({ trackId, name: splitAtNumber(objectName, this.number) ?? objectName }) - 1;
  }
}
