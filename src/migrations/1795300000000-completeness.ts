import { Table, TableIndex, type MigrationInterface, type QueryRunner, type TableColumnOptions } from 'typeorm';

const count = (name: string): TableColumnOptions => ({ name, type: 'bigint' });

const newestFirst = (): TableIndex =>
  new TableIndex({ name: 'recording_sessions_started_ix', columnNames: ['started_at', 'id'] });

/** What came of each kind of media of a session, what became of it and what is missing; sessions listed by their start. */
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
    await queryRunner.createTable(
      new Table({
        name: 'gap_sums',
        columns: [
          { name: 'session_id', type: 'varchar', length: '64', isPrimary: true },
          { name: 'kind', type: 'varchar', length: '8', isPrimary: true },
          { name: 'cause', type: 'varchar', length: '32', isPrimary: true },
          { name: 'gap_count', type: 'integer' },
          count('gap_ms'),
        ],
      }),
    );
    await queryRunner.query(
      'INSERT INTO "gap_sums" ("session_id", "kind", "cause", "gap_count", "gap_ms") ' +
        'SELECT "session_id", "kind", "cause", COUNT(*), SUM("duration_ms") FROM "gaps" GROUP BY "session_id", "kind", "cause"',
    );
    await queryRunner.createIndex('recording_sessions', newestFirst());
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropIndex('recording_sessions', newestFirst());
    await queryRunner.dropTable('gap_sums');
    await queryRunner.dropTable('session_completeness');
  }
}
