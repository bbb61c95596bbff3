import { TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

/** Long gaps of a session without its short ones, and what is lost of it, for the timeline. */
export class Timeline1795540000000 implements MigrationInterface {
  readonly name = 'Timeline1795540000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createIndex(
      'gaps',
      new TableIndex({
        name: 'gaps_length_ix',
        columnNames: ['session_id', 'duration_ms', 'kind', 'start_ms', 'cause'],
      }),
    );
    await queryRunner.createIndex(
      'segments',
      new TableIndex({
        name: 'segments_lost_ix',
        columnNames: ['session_id', 'start_ms', 'duration_ms'],
        where: `"state" = 'lost'`,
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropIndex('segments', 'segments_lost_ix');
    await queryRunner.dropIndex('gaps', 'gaps_length_ix');
  }
}
