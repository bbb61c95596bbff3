import { Table, TableColumn, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import { instantType, jsonType } from './portable-types.js';

const SIZES = new TableIndex({
  name: 'recording_sessions_size_ix',
  columnNames: ['stream', 'ended_at', 'size_bytes'],
  where: `"ended_at" IS NOT NULL`,
});
const OPEN = new TableIndex({
  name: 'recording_sessions_open_ix',
  columnNames: ['stream'],
  where: `"ended_at" IS NULL`,
});
const STRETCHES = [
  new TableIndex({ name: 'deleted_stretches_time_ix', columnNames: ['ended_at'] }),
  new TableIndex({ name: 'deleted_stretches_session_ix', columnNames: ['session_id'] }),
];
const EXPIRY = new TableIndex({ name: 'exports_expiry_ix', columnNames: ['node_alias', 'expires_at'] });

const WRITTEN = new TableColumn({ name: 'written_bytes', type: 'bigint', isNullable: true });

/** Places of what went away while somebody may have watched, the numbers of windows that move, and what the sums need. */
export class GonePlaces1796400000000 implements MigrationInterface {
  readonly name = 'GonePlaces1796400000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'gone_segments',
        columns: [
          { name: 'directory', type: 'varchar', length: '1024', isPrimary: true },
          { name: 'number', type: 'integer', isPrimary: true },
          { name: 'stream', type: 'varchar', length: '255' },
          { name: 'session_id', type: 'varchar', length: '64' },
          { name: 'gone_with', type: 'bigint' },
          { name: 'period', type: 'integer' },
          { name: 'start_ms', type: 'bigint' },
          { name: 'started_at', ...instantType(queryRunner) },
          { name: 'ended_at', ...instantType(queryRunner) },
          { name: 'objects', ...jsonType(queryRunner) },
        ],
        indices: [
          { name: 'gone_segments_stream_ix', columnNames: ['stream', 'gone_with'] },
          { name: 'gone_segments_directory_ix', columnNames: ['directory', 'gone_with'] },
          { name: 'gone_segments_session_ix', columnNames: ['session_id', 'gone_with'] },
          { name: 'gone_segments_time_ix', columnNames: ['ended_at'] },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'gone_parts',
        columns: [
          { name: 'directory', type: 'varchar', length: '1024', isPrimary: true },
          { name: 'session_id', type: 'varchar', length: '64', isPrimary: true },
          { name: 'gone_with', type: 'bigint', isPrimary: true },
          { name: 'stream', type: 'varchar', length: '255' },
          { name: 'start_ms', type: 'bigint' },
          { name: 'ended_at', ...instantType(queryRunner) },
          { name: 'segment_count', type: 'integer' },
          { name: 'period_count', type: 'integer' },
        ],
        indices: [
          { name: 'gone_parts_stream_ix', columnNames: ['stream', 'ended_at'] },
          { name: 'gone_parts_session_ix', columnNames: ['session_id'] },
          { name: 'gone_parts_time_ix', columnNames: ['ended_at'] },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'gone_changes',
        columns: [
          { name: 'stream', type: 'varchar', length: '255', isPrimary: true },
          { name: 'gone_with', type: 'bigint' },
          { name: 'updated_at', ...instantType(queryRunner) },
        ],
        indices: [{ name: 'gone_changes_time_ix', columnNames: ['updated_at'] }],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'window_places',
        columns: [
          { name: 'stream', type: 'varchar', length: '255', isPrimary: true },
          { name: 'places', type: 'bigint', isPrimary: true },
          { name: 'session_id', type: 'varchar', length: '64' },
          { name: 'start_ms', type: 'bigint' },
          { name: 'started_at', ...instantType(queryRunner) },
          { name: 'media_sequence', type: 'bigint' },
          { name: 'discontinuity_sequence', type: 'bigint' },
          { name: 'updated_at', ...instantType(queryRunner) },
        ],
        indices: [{ name: 'window_places_time_ix', columnNames: ['updated_at'] }],
      }),
    );
    await queryRunner.createIndices('deleted_stretches', STRETCHES);
    await queryRunner.createIndices('recording_sessions', [SIZES, OPEN]);
    await queryRunner.createIndex('exports', EXPIRY);
    await queryRunner.addColumn('exports', WRITTEN);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropColumn('exports', WRITTEN);
    await queryRunner.dropIndex('exports', EXPIRY);
    await queryRunner.dropIndices('recording_sessions', [SIZES, OPEN]);
    await queryRunner.dropIndices('deleted_stretches', STRETCHES);
    for (const table of ['window_places', 'gone_changes', 'gone_parts', 'gone_segments'])
      await queryRunner.dropTable(table);
  }
}
