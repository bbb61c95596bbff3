import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';
import { instantType } from './portable-types.js';

/** Whose a storage is: the id that a database puts into its storages, and where it has put it. */
export class StorageOwner1795570000000 implements MigrationInterface {
  readonly name = 'StorageOwner1795570000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'storage_owner',
        columns: [
          { name: 'id', type: 'integer', isPrimary: true },
          { name: 'owner_id', type: 'varchar', length: '32' },
          { name: 'created_at', ...instantType(queryRunner) },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'marked_storages',
        columns: [
          { name: 'location_sha256', type: 'varchar', length: '64', isPrimary: true },
          { name: 'marked_at', ...instantType(queryRunner) },
        ],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('marked_storages');
    await queryRunner.dropTable('storage_owner');
  }
}
