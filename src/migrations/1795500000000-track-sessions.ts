import { TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

const TRACKS_OF_SESSION = new TableIndex({ name: 'tracks_session_ix', columnNames: ['session_id'] });

/** The tracks of a session are found by an index, in whatever directories they are. */
export class TrackSessions1795500000000 implements MigrationInterface {
  readonly name = 'TrackSessions1795500000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createIndex('tracks', TRACKS_OF_SESSION);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropIndex('tracks', TRACKS_OF_SESSION);
  }
}
