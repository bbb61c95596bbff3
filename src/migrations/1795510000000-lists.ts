import { TableColumn, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

/** What lists of days, of a node's sessions and of nodes go by. */
export class Lists1795510000000 implements MigrationInterface {
  readonly name = 'Lists1795510000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.addColumn('nodes', new TableColumn({ name: 'live_streams', type: 'integer', default: 0 }));
    await queryRunner.createIndex(
      'recordings',
      new TableIndex({ name: 'recordings_day_ix', columnNames: ['year', 'month', 'day', 'id'] }),
    );
    await queryRunner.createIndex(
      'recording_sessions',
      new TableIndex({ name: 'recording_sessions_node_ix', columnNames: ['node_alias', 'started_at', 'id'] }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropIndex('recording_sessions', 'recording_sessions_node_ix');
    await queryRunner.dropIndex('recordings', 'recordings_day_ix');
    await queryRunner.dropColumn('nodes', 'live_streams');
  }
}
