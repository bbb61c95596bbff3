import { TableColumn, type MigrationInterface, type QueryRunner } from 'typeorm';
import { jsonType } from './portable-types.js';

/** What publishers sent that a session could not record. */
export class UnrecordedTracks1795250000000 implements MigrationInterface {
  readonly name = 'UnrecordedTracks1795250000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const column = new TableColumn({ name: 'unrecorded', ...jsonType(queryRunner), isNullable: true });
    await queryRunner.addColumn('recording_sessions', column);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropColumn('recording_sessions', 'unrecorded');
  }
}
