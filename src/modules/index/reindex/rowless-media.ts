import type { MediaKind } from '../../../media/codecs/codec.js';
import { ticksToMs } from '../../../media/timeline/ticks.js';
import type { ObjectKey } from '../../storage/ports/object-key.js';
import type { StorageDriver } from '../../storage/ports/storage-driver.js';
import { findStore, type Archive } from '../archive/archive.js';
import { readSegment, type SegmentContent } from '../archive/media-content.js';
import type { SegmentRow } from '../entities/index.js';
import { firstBytes } from './bodies.js';
import { setAside } from './set-aside.js';
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

  /**
   * What is not whole in the folder was left by a crash: it is cut, or without a whole fragment called `.quarantined`. In a
   * bucket it is not ours, since we put whole segments there: it stays.
   *
   * @returns undefined when it is no media that can be taken up
   */
  private async wholeContent(store: StorageDriver, key: ObjectKey): Promise<SegmentContent | undefined> {
    const content = await readSegment(store, key);
    const { wholeBytes, fragments } = content.scanned;
    if (wholeBytes === content.sizeBytes && fragments > 0) return content;
    if (store !== this.archive.stores.local) return undefined;
    if (fragments === 0) {
      this.quarantined(await setAside(store, key));
      return undefined;
    }
    await store.put(key, firstBytes(await store.get(key), wholeBytes));
    return readSegment(store, key);
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
