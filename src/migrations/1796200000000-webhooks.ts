import { Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import { instantType, jsonType } from './portable-types.js';

/** Who is told by HTTP what happens, what is to be told and was, and how far each session is. */
export class Webhooks1796200000000 implements MigrationInterface {
  readonly name = 'Webhooks1796200000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'webhook_targets',
        columns: [
          { name: 'id', type: 'varchar', length: '36', isPrimary: true },
          { name: 'url', type: 'varchar', length: '2048' },
          { name: 'secret_text', type: 'varchar', length: '256' },
          { name: 'event_patterns', ...jsonType(queryRunner) },
          { name: 'stream_patterns', ...jsonType(queryRunner) },
          { name: 'created_at', ...instantType(queryRunner) },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'webhook_deliveries',
        columns: [
          { name: 'id', type: 'varchar', length: '36', isPrimary: true },
          { name: 'target_id', type: 'varchar', length: '36' },
          { name: 'event_id', type: 'varchar', length: '36' },
          { name: 'event_type', type: 'varchar', length: '40' },
          { name: 'stream', type: 'varchar', length: '255', isNullable: true },
          { name: 'body', type: 'text' },
          { name: 'state', type: 'varchar', length: '10' },
          { name: 'attempts', type: 'integer' },
          { name: 'last_status', type: 'integer', isNullable: true },
          { name: 'last_error', type: 'text', isNullable: true },
          { name: 'happened_at', ...instantType(queryRunner) },
          { name: 'tried_at', ...instantType(queryRunner), isNullable: true },
        ],
      }),
    );
    await queryRunner.createIndices('webhook_deliveries', [
      new TableIndex({ name: 'webhook_deliveries_target_ix', columnNames: ['target_id', 'state', 'id'] }),
      new TableIndex({ name: 'webhook_deliveries_time_ix', columnNames: ['happened_at', 'id'] }),
    ]);
    await queryRunner.createTable(
      new Table({
        name: 'webhook_subjects',
        columns: [
          { name: 'id', type: 'varchar', length: '300', isPrimary: true },
          { name: 'node_alias', type: 'varchar', length: '255' },
          { name: 'stream', type: 'varchar', length: '255', isNullable: true },
          { name: 'sequence', type: 'integer' },
          { name: 'last_type', type: 'varchar', length: '40' },
          { name: 'is_open', type: 'integer' },
          { name: 'opened_at', ...instantType(queryRunner) },
          { name: 'updated_at', ...instantType(queryRunner) },
        ],
      }),
    );
    await queryRunner.createIndex(
      'webhook_subjects',
      new TableIndex({ name: 'webhook_subjects_open_ix', columnNames: ['node_alias', 'is_open', 'id'] }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('webhook_subjects');
    await queryRunner.dropTable('webhook_deliveries');
    await queryRunner.dropTable('webhook_targets');
  }
}
