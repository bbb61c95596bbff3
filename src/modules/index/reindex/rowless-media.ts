import type { MediaKind } from '../../../media/codecs/codec.js';
import { ticksToMs } from '../../../media/timeline/ticks.js';
import { parseObjectKey, type ObjectKey } from '../../storage/ports/object-key.js';
import type { StorageDriver } from '../../storage/ports/storage-driver.js';
import { findStore, type Archive } from '../archive.js';
import { readSegment, type SegmentContent } from '../media-content.js';
import type { SegmentRow } from '../entities/index.js';
import { firstBytes } from './bodies.js';
import type { KnownTrack, TrackFinder } from './track-finder.js';

type RowObject = SegmentRow['objects'][number];

/** A segment that has no row. */
export interface RowlessSegment {
  readonly number: number;
  readonly objects: readonly RowObject[];
  /** Of the objects, those that their session may have no row of. */
  readonly tracks: readonly KnownTrack[];
  readonly startMs: number;
  readonly endMs: number;
  /** When its last bytes were stored, as far as the store knows. */
  readonly modifiedAtMs: number;
}

/** Reads segments that have no row, and makes of what a crash left open whole ones, as the start of a server does. */
export class RowlessMedia {
  constructor(
    private readonly archive: Archive,
    private readonly tracks: TrackFinder,
    /** Told of what holds no media and was set aside. */
    private readonly quarantined: (key: string) => void,
  ) {}

  /** @returns undefined when nothing of it is media, or no init object goes with it */
  async read(number: number, keys: ReadonlyMap<MediaKind, ObjectKey>): Promise<RowlessSegment | undefined> {
    const objects: RowObject[] = [];
    const tracks: KnownTrack[] = [];
    let modifiedAtMs = 0;
    for (const kind of ['video', 'audio'] as const) {
      const key = keys.get(kind);
      if (key === undefined) continue;
      const store = await findStore(this.archive.stores, key);
      const modifiedAt = (await store?.head(key))?.modifiedAt.getTime() ?? 0;
      const content = store && (await this.wholeContent(store, key));
      if (content === undefined) continue;
      const track = this.tracks.find(kind, modifiedAt, content.scanned.durationTicks);
      if (track === undefined) continue;
      modifiedAtMs = Math.max(modifiedAtMs, modifiedAt);
      tracks.push(track);
      objects.push(objectOf(kind, key, content, track));
    }
    if (objects.length === 0) return undefined;
    const starts = objects.map(({ startTicks, timescale }) => ticksToMs(startTicks, timescale));
    const ends = objects.map((one) => ticksToMs(one.startTicks + one.durationTicks, one.timescale));
    const [startMs, endMs] = [Math.floor(Math.min(...starts)), Math.ceil(Math.max(...ends))];
    return { number, objects, tracks, startMs, endMs, modifiedAtMs };
  }

  /** @returns undefined when there is no whole fragment: the object is called `.quarantined` then */
  private async wholeContent(store: StorageDriver, key: ObjectKey): Promise<SegmentContent | undefined> {
    const content = await readSegment(store, key);
    const { wholeBytes, fragments } = content.scanned;
    if (fragments === 0) {
      await this.setAside(store, key);
      return undefined;
    }
    if (wholeBytes === content.sizeBytes) return content;
    await store.put(key, firstBytes(await store.get(key), wholeBytes));
    return readSegment(store, key);
  }

  private async setAside(store: StorageDriver, key: ObjectKey): Promise<void> {
    let aside = parseObjectKey(`${key}.quarantined`);
    for (let copy = 2; (await store.head(aside)) !== undefined; copy++) {
      aside = parseObjectKey(`${key}.quarantined-${String(copy)}`);
    }
    await store.put(aside, await store.get(key), { onlyIfAbsent: true });
    await store.delete(key);
    this.quarantined(aside);
  }
}

function objectOf(
  kind: MediaKind,
  objectKey: ObjectKey,
  { sizeBytes, sha256, scanned }: SegmentContent,
  { trackId, timescale }: KnownTrack,
): RowObject {
  const { startTicks, durationTicks, samples, isIndependent: independent } = scanned;
  return { trackId, kind, objectKey, sizeBytes, sha256, startTicks, durationTicks, timescale, samples, independent };
}
