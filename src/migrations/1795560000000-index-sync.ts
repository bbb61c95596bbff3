import { TableColumn, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

/** Which sessions a manager has taken over into its own index, and the order in which it asks for them. */
export class IndexSync1795560000000 implements MigrationInterface {
  readonly name = 'IndexSync1795560000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.addColumn(
      'recording_sessions',
      new TableColumn({ name: 'sync_state', type: 'varchar', length: '8', isNullable: true }),
    );
    await queryRunner.createIndex(
      'recording_sessions',
      new TableIndex({ name: 'recording_sessions_updated_ix', columnNames: ['updated_at', 'id'] }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropIndex('recording_sessions', 'recording_sessions_updated_ix');
    await queryRunner.dropColumn('recording_sessions', 'sync_state');
  }
}
