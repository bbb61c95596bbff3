import { Table, TableColumn, type MigrationInterface, type QueryRunner } from 'typeorm';
import { instantType } from './portable-types.js';

const text = (name: string, length: string): TableColumn => new TableColumn({ name, type: 'varchar', length });
const nullable = (name: string, type: string, length?: string): TableColumn =>
  new TableColumn({ name, type, isNullable: true, ...(length !== undefined && { length }) });

const instant = (queryRunner: QueryRunner, name: string): TableColumn =>
  new TableColumn({ name, ...instantType(queryRunner) });
const nullableInstant = (queryRunner: QueryRunner, name: string): TableColumn =>
  new TableColumn({ name, ...instantType(queryRunner), isNullable: true });

const exportsTable = (queryRunner: QueryRunner): Table =>
  new Table({
    name: 'exports',
    columns: [
      new TableColumn({ name: 'id', type: 'varchar', length: '36', isPrimary: true }),
      text('stream', '255'),
      nullableInstant(queryRunner, 'from_at'),
      nullableInstant(queryRunner, 'to_at'),
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
      instant(queryRunner, 'created_at'),
      nullableInstant(queryRunner, 'started_at'),
      nullableInstant(queryRunner, 'ended_at'),
      nullableInstant(queryRunner, 'expires_at'),
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
    await queryRunner.createTable(exportsTable(queryRunner));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('exports');
  }
}
