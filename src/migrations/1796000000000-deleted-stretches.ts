import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';
import { instantType } from './portable-types.js';

/** When what was deleted had been recorded, for the timeline and for who asks to play it. */
export class DeletedStretches1796000000000 implements MigrationInterface {
  readonly name = 'DeletedStretches1796000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'deleted_stretches',
        columns: [
          { name: 'directory', type: 'varchar', length: '1024', isPrimary: true },
          { name: 'session_id', type: 'varchar', length: '64', isPrimary: true },
          { name: 'reason', type: 'varchar', length: '16', isPrimary: true },
          { name: 'stream', type: 'varchar', length: '255' },
          { name: 'started_at', ...instantType(queryRunner) },
          { name: 'ended_at', ...instantType(queryRunner) },
        ],
        indices: [{ name: 'deleted_stretches_stream_ix', columnNames: ['stream', 'ended_at'] }],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('deleted_stretches');
  }
}
