import type { DataSource } from 'typeorm';
import { systemClock } from '../../shared/clock.js';
import {
  ObjectNotFoundError,
  StorageForeignError,
  StorageMarkMissingError,
  StorageUnavailableError,
} from './storage.errors.js';
import type { ObjectPromise } from './jobs/checked-body.js';
import { readBack } from './jobs/stored-copy.js';
import { OwnedStore } from './ownership/owned-store.js';
import { OwnerTable } from './ownership/owner-table.js';
import type { MarkableStore, StorePlace } from './ownership/markable-stores.js';
import { readMark, writeMark } from './ownership/storage-mark.js';
import type { StorageDriver } from './ports/storage-driver.js';
import type { Stores } from './ports/stores.js';

export type { StorePlace } from './ownership/markable-stores.js';
export { MARK_KEY } from './ownership/storage-mark.js';

/**
 * Whose a storage is: `own` by its mark; `unmarked` and free to be marked; `missing` when it has no mark and had one, or
 * nothing of what the rows name; `foreign` when it has the mark of another database, or what cannot be read as one.
 */
export type Belonging = 'own' | 'unmarked' | 'missing' | 'foreign';

/** Some objects whose rows say that a storage has them; none when it is to have nothing. */
export type KnownObjects = (place: StorePlace) => Promise<readonly ObjectPromise[]>;

/** How long a storage is believed to be ours after its mark was seen. */
const TRUST_MS = 60_000;

/** Keeps databases apart: each puts a mark into its storages, and writes to and deletes from none that has another's. */
export class OwnershipService {
  /** Those of the server, of which buckets refuse writers as long as they are not this database's. */
  readonly stores: Stores;
  private readonly table: OwnerTable;
  private readonly seen = new Map<StorePlace, Belonging>();
  private readonly trustedUntilMs = new Map<StorePlace, number>();
  private readonly looking = new Map<StorePlace, Promise<void>>();
  private knownObjects: KnownObjects = () => Promise.resolve([]);

  constructor(
    dataSource: DataSource,
    { local, bucket, backup }: Stores,
    private readonly markable: ReadonlyMap<StorePlace, MarkableStore>,
  ) {
    this.table = new OwnerTable(dataSource);
    this.stores = { local, bucket: this.guarded('bucket', bucket), backup: this.guarded('backup', backup) };
  }

  /** Asks whoever has the rows of objects, of a storage that has no mark. */
  askForObjects(knownObjects: KnownObjects): void {
    this.knownObjects = knownObjects;
  }

  /** Storages that can have a mark. */
  get places(): readonly StorePlace[] {
    return [...this.markable.keys()];
  }

  /** What was seen last of each; undefined where nobody has looked yet. */
  get belongings(): ReadonlyMap<StorePlace, Belonging | undefined> {
    return new Map(this.places.map((place) => [place, this.seen.get(place)]));
  }

  /**
   * Looks, and writes nothing, not even an id into a database that has none.
   *
   * @throws {StorageUnavailableError}
   */
  async look(place: StorePlace): Promise<Belonging> {
    const belonging = await this.judge(this.markableAt(place), place);
    this.seen.set(place, belonging);
    return belonging;
  }

  /**
   * Makes sure that a storage is this database's; one that may be marked is.
   *
   * @throws {StorageForeignError | StorageMarkMissingError | StorageUnavailableError}
   */
  async assertOurs(place: StorePlace): Promise<void> {
    if (systemClock.monotonicMs() < (this.trustedUntilMs.get(place) ?? -Infinity)) return;
    const looking = this.looking.get(place) ?? this.claim(place).finally(() => this.looking.delete(place));
    this.looking.set(place, looking);
    await looking;
  }

  /** Makes a storage this database's, whosever it was. @throws {StorageUnavailableError} */
  async adopt(place: StorePlace): Promise<void> {
    this.trustedUntilMs.delete(place);
    await writeMark(this.markableAt(place).store, await this.table.ownerId(), true);
    await this.assertOurs(place);
  }

  /**
   * A database without recordings takes over the id that it finds in the storage that recordings are kept in.
   *
   * @throws {StorageUnavailableError}
   */
  async takeOverId(): Promise<void> {
    const main = this.markable.get('folder') ?? this.markable.get('bucket');
    const ownerId = main && (await readMark(main.store));
    if (ownerId === undefined || ownerId === 'unreadable') return;
    await this.table.takeOver(ownerId);
    this.trustedUntilMs.clear();
  }

  private async claim(place: StorePlace): Promise<void> {
    const markable = this.markableAt(place);
    let belonging = await this.look(place);
    if (belonging === 'unmarked') {
      await writeMark(markable.store, await this.table.ownerId(), false);
      belonging = await this.look(place);
    }
    if (belonging === 'foreign') throw new StorageForeignError();
    if (belonging === 'missing') throw new StorageMarkMissingError();
    if (belonging === 'unmarked') {
      throw new StorageUnavailableError('failed', 'it has taken a mark and does not have it.');
    }
    if (!(await this.table.wasMarked(markable.locationSha256))) await this.table.marked(markable.locationSha256);
    this.trustedUntilMs.set(place, systemClock.monotonicMs() + TRUST_MS);
  }

  private async judge({ store, locationSha256 }: MarkableStore, place: StorePlace): Promise<Belonging> {
    const markedBy = await readMark(store);
    if (markedBy !== undefined) return markedBy === (await this.table.madeId()) ? 'own' : 'foreign';
    const known = await this.knownObjects(place);
    if (known.length === 0) return 'unmarked';
    if (await this.table.wasMarked(locationSha256)) return 'missing';
    return (await hasOne(store, known)) ? 'unmarked' : 'missing';
  }

  private guarded(place: StorePlace, store: StorageDriver | undefined): StorageDriver | undefined {
    if (store === undefined || !this.markable.has(place)) return store;
    return new OwnedStore(store, () => this.assertOurs(place));
  }

  private markableAt(place: StorePlace): MarkableStore {
    const markable = this.markable.get(place);
    if (markable === undefined) throw new RangeError(`There is no ${place} that could have a mark.`);
    return markable;
  }
}

/** Whether a storage has one of the objects, byte for byte. */
async function hasOne(store: StorageDriver, objects: readonly ObjectPromise[]): Promise<boolean> {
  for (const object of objects) {
    if ((await store.head(object.key))?.sizeBytes !== object.sizeBytes) continue;
    try {
      if ((await readBack(store, object)) === object.sha256) return true;
    } catch (error) {
      if (!(error instanceof ObjectNotFoundError)) throw error;
    }
  }
  return false;
}
