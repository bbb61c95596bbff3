import { Table, TableColumn, type MigrationInterface, type QueryRunner } from 'typeorm';

const text = (name: string, length: string): TableColumn => new TableColumn({ name, type: 'varchar', length });
const nullable = (name: string, type: string, length?: string): TableColumn =>
  new TableColumn({ name, type, isNullable: true, ...(length !== undefined && { length }) });

const EXPORTS = new Table({
  name: 'exports',
  columns: [
    new TableColumn({ name: 'id', type: 'varchar', length: '36', isPrimary: true }),
    text('stream', '255'),
    nullable('from_at', 'varchar', '24'),
    nullable('to_at', 'varchar', '24'),
    nullable('session_id', 'varchar', '64'),
    text('format', '16'),
    text('gaps', '8'),
    text('state', '16'),
    text('node_alias', '255'),
    new TableColumn({ name: 'attempts', type: 'integer' }),
    nullable('size_bytes', 'bigint'),
    nullable('duration_ms', 'bigint'),
    nullable('file_name', 'varchar', '512'),
    nullable('content_type', 'varchar', '64'),
    nullable('etag', 'varchar', '80'),
    nullable('problem_code', 'varchar', '64'),
    nullable('problem_detail', 'text'),
    text('created_at', '24'),
    nullable('started_at', 'varchar', '24'),
    nullable('ended_at', 'varchar', '24'),
    nullable('expires_at', 'varchar', '24'),
  ],
  indices: [
    { name: 'exports_state_ix', columnNames: ['node_alias', 'state', 'created_at'] },
    { name: 'exports_created_ix', columnNames: ['created_at', 'id'] },
    { name: 'exports_stream_ix', columnNames: ['stream', 'created_at'] },
  ],
});

/** Files that were made of recordings, and those that are to be. */
export class Exports1795530000000 implements MigrationInterface {
  readonly name = 'Exports1795530000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(EXPORTS);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable(EXPORTS);
  }
}
