import { Table, TableColumn, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

const text = (name: string, length: string): TableColumn => new TableColumn({ name, type: 'varchar', length });
const nullableText = (name: string, length: string): TableColumn =>
  new TableColumn({ name, type: 'varchar', length, isNullable: true });

const MEDIA_STATE = new TableIndex({
  name: 'segments_state_ix',
  columnNames: ['state', 'released_at', 'created_at'],
});

const BEFORE = new Table({
  name: 'jobs',
  columns: [
    new TableColumn({ name: 'id', type: 'varchar', length: '36', isPrimary: true }),
    text('kind', '32'),
    text('object_key', '1024'),
    new TableColumn({ name: 'attempts', type: 'integer' }),
    text('due_at', '24'),
    new TableColumn({ name: 'last_error', type: 'text', isNullable: true }),
    text('created_at', '24'),
  ],
  indices: [{ name: 'jobs_due_ix', columnNames: ['kind', 'due_at'] }],
});

const AFTER = new Table({
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
    text('due_at', '24'),
    new TableColumn({ name: 'last_error', type: 'text', isNullable: true }),
    new TableColumn({ name: 'backed_up_generation', type: 'integer', isNullable: true }),
    nullableText('sent_to', '8'),
    nullableText('deleted_here_at', '24'),
    text('created_at', '24'),
  ],
  indices: [
    { name: 'jobs_due_ix', columnNames: ['node_alias', 'lane', 'due_at'] },
    { name: 'jobs_object_uq', columnNames: ['kind', 'object_key', 'node_alias'], isUnique: true },
  ],
});

/** Names that are not given out again although nothing has them any more, and when something last began to record there. */
const MARKS = new Table({
  name: 'directory_marks',
  columns: [
    new TableColumn({ name: 'directory', type: 'varchar', length: '1024', isPrimary: true }),
    nullableText('entered_at', '24'),
    new TableColumn({ name: 'last_number', type: 'integer' }),
    new TableColumn({ name: 'last_video_init', type: 'integer' }),
    new TableColumn({ name: 'last_audio_init', type: 'integer' }),
  ],
});

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
    await queryRunner.createTable(AFTER);
    await queryRunner.addColumn('segments', nullableText('released_at', '24'));
    await queryRunner.createIndex('segments', MEDIA_STATE);
    await queryRunner.addColumn('recording_sessions', nullableText('held_at', '24'));
    await queryRunner.createTable(MARKS);
    await queryRunner.addColumn('recording_sessions', nullableText('published_at', '24'));
    await queryRunner.query(
      'UPDATE "recording_sessions" SET "published_at" = "updated_at" WHERE "state" IN (\'completed\', \'failed\')',
    );
    await queryRunner.createIndex('recording_sessions', UNPUBLISHED);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable(MARKS);
    await queryRunner.dropIndex('recording_sessions', UNPUBLISHED);
    await queryRunner.dropColumn('recording_sessions', 'published_at');
    await queryRunner.dropColumn('recording_sessions', 'held_at');
    await queryRunner.dropIndex('segments', MEDIA_STATE);
    await queryRunner.dropColumn('segments', 'released_at');
    await queryRunner.dropTable('jobs');
    await queryRunner.createTable(BEFORE);
  }
}
