import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { insertRows } from '../../../persistence/insert-rows.js';
import { inTransaction } from '../../../persistence/transaction.js';
import { MarkedStorage } from '../entities/marked-storage.entity.js';
import { StorageOwner } from '../entities/storage-owner.entity.js';

const ONLY_ROW = 1;
const OWNER_ID_BYTES = 16;

/** By what id a database is known in its storages, and which of them have it. All nodes of a database share both. */
export class OwnerTable {
  private known: string | undefined;

  constructor(private readonly dataSource: DataSource) {}

  /** @returns the id, which is made when somebody asks for the first time */
  async ownerId(): Promise<string> {
    this.known ??= (await this.find()) ?? (await this.make());
    return this.known;
  }

  /** @returns undefined when nobody has asked for an id yet; makes none */
  async madeId(): Promise<string | undefined> {
    return this.known ?? (await this.find());
  }

  /** A database that has no recordings becomes the owner of what another one has left. */
  async takeOver(ownerId: string): Promise<void> {
    await this.ownerId();
    await inTransaction(this.dataSource, async (manager) => {
      await manager.update(StorageOwner, { id: ONLY_ROW }, { ownerId });
      await manager.createQueryBuilder().delete().from(MarkedStorage).execute();
    });
    this.known = ownerId;
  }

  wasMarked(locationSha256: string): Promise<boolean> {
    return this.dataSource.manager.existsBy(MarkedStorage, { locationSha256 });
  }

  async marked(locationSha256: string): Promise<void> {
    const row = { locationSha256, markedAt: new Date() };
    await inTransaction(this.dataSource, (manager) =>
      insertRows(manager, MarkedStorage, [row], '("location_sha256") DO NOTHING'),
    );
  }

  private async find(): Promise<string | undefined> {
    return (await this.dataSource.manager.findOneBy(StorageOwner, { id: ONLY_ROW }))?.ownerId;
  }

  /** Of several nodes that begin at once one makes it for all. */
  private async make(): Promise<string> {
    const row = { id: ONLY_ROW, ownerId: randomBytes(OWNER_ID_BYTES).toString('hex'), createdAt: new Date() };
    await inTransaction(this.dataSource, (manager) => insertRows(manager, StorageOwner, [row], '("id") DO NOTHING'));
    return (await this.find()) ?? row.ownerId;
  }
}
