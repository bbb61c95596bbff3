import { Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import { instantType } from './portable-types.js';

/** Who did what with which stream, and the key of signed playback URLs where the configuration has none. */
export class Audit1795600000000 implements MigrationInterface {
  readonly name = 'Audit1795600000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'audit_events',
        columns: [
          { name: 'id', type: 'varchar', length: '36', isPrimary: true },
          { name: 'happened_at', ...instantType(queryRunner) },
          { name: 'node_alias', type: 'varchar', length: '255' },
          { name: 'event', type: 'varchar', length: '40' },
          { name: 'outcome', type: 'varchar', length: '64' },
          { name: 'actor', type: 'varchar', length: '255' },
          { name: 'address', type: 'varchar', length: '64' },
          { name: 'stream', type: 'varchar', length: '255', isNullable: true },
          { name: 'subject', type: 'varchar', length: '255', isNullable: true },
          { name: 'times', type: 'integer' },
        ],
      }),
    );
    await queryRunner.createIndices('audit_events', [
      new TableIndex({ name: 'audit_events_time_ix', columnNames: ['happened_at', 'id'] }),
      new TableIndex({ name: 'audit_events_stream_ix', columnNames: ['stream', 'happened_at', 'id'] }),
    ]);
    await queryRunner.createTable(
      new Table({
        name: 'signing_keys',
        columns: [
          { name: 'purpose', type: 'varchar', length: '32', isPrimary: true },
          { name: 'secret_text', type: 'varchar', length: '64' },
          { name: 'created_at', ...instantType(queryRunner) },
        ],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('signing_keys');
    await queryRunner.dropTable('audit_events');
  }
}
