import { Table, TableColumn, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import { instantType, jsonType } from './portable-types.js';

const text = (name: string, length: string): TableColumn => new TableColumn({ name, type: 'varchar', length });
const nullableText = (name: string, length: string): TableColumn =>
  new TableColumn({ name, type: 'varchar', length, isNullable: true });

const instant = (queryRunner: QueryRunner, name: string): TableColumn =>
  new TableColumn({ name, ...instantType(queryRunner) });
const nullableInstant = (queryRunner: QueryRunner, name: string): TableColumn =>
  new TableColumn({ name, ...instantType(queryRunner), isNullable: true });

const MEDIA_STATE = new TableIndex({
  name: 'segments_state_ix',
  columnNames: ['state', 'released_at', 'created_at'],
});

const before = (queryRunner: QueryRunner): Table =>
  new Table({
    name: 'jobs',
    columns: [
      new TableColumn({ name: 'id', type: 'varchar', length: '36', isPrimary: true }),
      text('kind', '32'),
      text('object_key', '1024'),
      new TableColumn({ name: 'attempts', type: 'integer' }),
      instant(queryRunner, 'due_at'),
      new TableColumn({ name: 'last_error', type: 'text', isNullable: true }),
      instant(queryRunner, 'created_at'),
    ],
    indices: [{ name: 'jobs_due_ix', columnNames: ['kind', 'due_at'] }],
  });

const after = (queryRunner: QueryRunner): Table =>
  new Table({
    name: 'jobs',
    columns: [
      new TableColumn({ name: 'id', type: 'varchar', length: '36', isPrimary: true }),
      text('kind', '32'),
      text('lane', '8'),
      text('object_key', '1024'),
      text('node_alias', '255'),
      new TableColumn({ name: 'generation', type: 'integer' }),
      new TableColumn({ name: 'size_bytes', type: 'bigint', isNullable: true }),
      nullableText('sha256', '64'),
      new TableColumn({ name: 'attempts', type: 'integer' }),
      instant(queryRunner, 'due_at'),
      new TableColumn({ name: 'last_error', type: 'text', isNullable: true }),
      new TableColumn({ name: 'backed_up_generation', type: 'integer', isNullable: true }),
      nullableText('sent_to', '8'),
      nullableInstant(queryRunner, 'deleted_here_at'),
      instant(queryRunner, 'created_at'),
    ],
    indices: [
      { name: 'jobs_due_ix', columnNames: ['node_alias', 'lane', 'due_at'] },
      { name: 'jobs_object_uq', columnNames: ['kind', 'object_key', 'node_alias'], isUnique: true },
    ],
  });

/** Names that are not given out again although nothing has them any more, and when something last began to record there. */
const marks = (queryRunner: QueryRunner): Table =>
  new Table({
    name: 'directory_marks',
    columns: [
      new TableColumn({ name: 'directory', type: 'varchar', length: '1024', isPrimary: true }),
      nullableInstant(queryRunner, 'entered_at'),
      new TableColumn({ name: 'last_number', type: 'integer' }),
      new TableColumn({ name: 'last_video_init', type: 'integer' }),
      new TableColumn({ name: 'last_audio_init', type: 'integer' }),
    ],
  });

/** What was deleted without its objects: that these have no rows is as it was wanted. */
const leftParts = (queryRunner: QueryRunner): Table =>
  new Table({
    name: 'left_parts',
    columns: [
      new TableColumn({ name: 'directory', type: 'varchar', length: '1024', isPrimary: true }),
      new TableColumn({ name: 'session_id', type: 'varchar', length: '64', isPrimary: true }),
      text('stream', '255'),
      new TableColumn({ name: 'numbers', ...jsonType(queryRunner) }),
      instant(queryRunner, 'left_at'),
    ],
  });

const lostTracks = (queryRunner: QueryRunner): TableColumn =>
  new TableColumn({ name: 'lost_tracks', ...jsonType(queryRunner), isNullable: true });

const LOST_BYTES = new TableColumn({ name: 'lost_bytes', type: 'bigint', default: 0 });

const UNPUBLISHED = new TableIndex({
  name: 'recording_sessions_unpublished_ix',
  columnNames: ['started_at'],
  where: '"published_at" IS NULL',
});

/** Jobs say what they are about; nothing wrote any before, so the table is made anew. Segments say where their bytes are. */
export class Outbox1795400000000 implements MigrationInterface {
  readonly name = 'Outbox1795400000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('jobs');
    await queryRunner.createTable(after(queryRunner));
    await queryRunner.addColumn('segments', nullableInstant(queryRunner, 'released_at'));
    await queryRunner.addColumn('segments', lostTracks(queryRunner));
    await queryRunner.addColumn('segments', LOST_BYTES);
    await queryRunner.createIndex('segments', MEDIA_STATE);
    await queryRunner.addColumn('tracks', nullableInstant(queryRunner, 'lost_at'));
    await queryRunner.addColumn('recording_sessions', nullableInstant(queryRunner, 'held_at'));
    await queryRunner.createTable(marks(queryRunner));
    await queryRunner.createTable(leftParts(queryRunner));
    await queryRunner.addColumn('recording_sessions', nullableInstant(queryRunner, 'published_at'));
    await queryRunner.query(
      'UPDATE "recording_sessions" SET "published_at" = "updated_at" WHERE "state" IN (\'completed\', \'failed\')',
    );
    await queryRunner.createIndex('recording_sessions', UNPUBLISHED);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('left_parts');
    await queryRunner.dropTable('directory_marks');
    await queryRunner.dropIndex('recording_sessions', UNPUBLISHED);
    await queryRunner.dropColumn('recording_sessions', 'published_at');
    await queryRunner.dropColumn('recording_sessions', 'held_at');
    await queryRunner.dropIndex('segments', MEDIA_STATE);
    await queryRunner.dropColumn('tracks', 'lost_at');
    await queryRunner.dropColumn('segments', 'lost_bytes');
    await queryRunner.dropColumn('segments', 'lost_tracks');
    await queryRunner.dropColumn('segments', 'released_at');
    await queryRunner.dropTable('jobs');
    await queryRunner.createTable(before(queryRunner));
  }
}
