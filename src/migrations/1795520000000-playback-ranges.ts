import { TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

const SEGMENTS_BY_TIME = new TableIndex({ name: 'segments_time_ix', columnNames: ['session_id', 'start_ms'] });

/** Those that began so long ago that looking for what is near a time does not find them: longer than 26 hours. */
const LONG_PARTS = new TableIndex({
  name: 'session_parts_long_ix',
  columnNames: ['stream', 'started_at'],
  where: '"end_ms" - "start_ms" > 93600000',
});

const PARTLY_LOST = new TableIndex({
  name: 'segments_partly_lost_ix',
  columnNames: ['session_id', 'lost_tracks'],
  where: '"lost_tracks" IS NOT NULL',
});

/** What is recorded at a time is found by indexes. */
export class PlaybackRanges1795520000000 implements MigrationInterface {
  readonly name = 'PlaybackRanges1795520000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createIndex('segments', SEGMENTS_BY_TIME);
    await queryRunner.createIndex('segments', PARTLY_LOST);
    await queryRunner.createIndex('session_parts', LONG_PARTS);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropIndex('session_parts', LONG_PARTS);
    await queryRunner.dropIndex('segments', PARTLY_LOST);
    await queryRunner.dropIndex('segments', SEGMENTS_BY_TIME);
  }
}
