import { Table, type MigrationInterface, type QueryRunner, type TableColumnOptions } from 'typeorm';

const count = (name: string): TableColumnOptions => ({ name, type: 'bigint' });

/** What came of each kind of media of a session, and what became of it. */
export class Completeness1795300000000 implements MigrationInterface {
  readonly name = 'Completeness1795300000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'session_completeness',
        columns: [
          { name: 'session_id', type: 'varchar', length: '64', isPrimary: true },
          { name: 'kind', type: 'varchar', length: '8', isPrimary: true },
          count('packets_received'),
          count('packets_repaired'),
          count('packets_lost'),
          count('frames_recorded'),
          count('frames_dropped'),
        ],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('session_completeness');
  }
}
