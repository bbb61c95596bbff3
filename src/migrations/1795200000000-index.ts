import {
  Table,
  TableIndex,
  TableUnique,
  type MigrationInterface,
  type QueryRunner,
  type TableColumnOptions,
  type TableOptions,
} from 'typeorm';
import { instantType, jsonType } from './portable-types.js';

/** The index of what was recorded, the servers that record, and the outbox. */
export class Index1795200000000 implements MigrationInterface {
  readonly name = 'Index1795200000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const table of tablesOf(queryRunner)) await queryRunner.createTable(new Table(table));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const { name } of tablesOf(queryRunner).reverse()) await queryRunner.dropTable(name);
  }
}

type Column = TableColumnOptions;

const key = (column: Column): Column => ({ ...column, isPrimary: true });
const nullable = (column: Column): Column => ({ ...column, isNullable: true });
const text = (name: string, length: number): Column => ({ name, type: 'varchar', length: String(length) });
const path = (name: string): Column => text(name, 1024);
const integer = (name: string): Column => ({ name, type: 'integer' });
const bigNumber = (name: string): Column => ({ name, type: 'bigint' });
const index = (name: string, ...columnNames: string[]): TableIndex => new TableIndex({ name, columnNames });

const tablesOf = (queryRunner: QueryRunner): TableOptions[] => {
  const instant = (name: string): Column => ({ name, ...instantType(queryRunner) });
  return [
    {
      name: 'recordings',
      columns: [
        key(text('id', 36)),
        text('stream', 255),
        integer('year'),
        integer('month'),
        integer('day'),
        path('mpd_path'),
        instant('created_at'),
        instant('updated_at'),
      ],
      uniques: [new TableUnique({ name: 'recordings_stream_day_uq', columnNames: ['stream', 'year', 'month', 'day'] })],
    },
    {
      name: 'recording_sessions',
      columns: [
        key(text('id', 64)),
        text('stream', 255),
        text('node_alias', 255),
        text('trigger', 16),
        text('state', 16),
        nullable(text('reason', 64)),
        path('directory'),
        nullable(path('base_dir')),
        path('mpd_path'),
        instant('started_at'),
        nullable(instant('interrupted_at')),
        nullable(instant('ended_at')),
        nullable(instant('anchored_at')),
        nullable(bigNumber('first_media_ms')),
        bigNumber('end_ms'),
        bigNumber('duration_ms'),
        bigNumber('size_bytes'),
        integer('segment_count'),
        integer('next_period'),
        integer('gap_count'),
        bigNumber('gap_ms'),
        instant('created_at'),
        instant('updated_at'),
      ],
      indices: [
        new TableIndex({
          name: 'recording_sessions_running_uq',
          columnNames: ['stream', 'node_alias'],
          isUnique: true,
          where: `"state" IN ('waiting', 'recording', 'interrupted')`,
        }),
        index('recording_sessions_stream_ix', 'stream', 'started_at'),
        index('recording_sessions_state_ix', 'state'),
        index('recording_sessions_directory_ix', 'directory'),
      ],
    },
    {
      name: 'session_parts',
      columns: [
        key(path('directory')),
        key(text('session_id', 64)),
        text('stream', 255),
        instant('started_at'),
        integer('first_number'),
        integer('segment_count'),
        bigNumber('start_ms'),
        bigNumber('end_ms'),
        bigNumber('size_bytes'),
      ],
      indices: [
        index('session_parts_stream_ix', 'stream', 'started_at'),
        index('session_parts_session_ix', 'session_id'),
      ],
    },
    {
      name: 'tracks',
      columns: [
        key(path('directory')),
        key(text('session_id', 64)),
        key(text('track_id', 64)),
        text('kind', 8),
        text('codec_name', 32),
        text('codec_string', 64),
        integer('timescale'),
        path('init_object_key'),
        integer('init_size_bytes'),
        text('init_sha256', 64),
        nullable(integer('width')),
        nullable(integer('height')),
        nullable(integer('sample_rate')),
        nullable(integer('channels')),
        instant('created_at'),
      ],
      indices: [index('tracks_init_object_ix', 'init_object_key')],
    },
    {
      name: 'segments',
      columns: [
        key(path('directory')),
        key(integer('number')),
        text('session_id', 64),
        integer('period'),
        bigNumber('start_ms'),
        bigNumber('duration_ms'),
        bigNumber('size_bytes'),
        text('state', 16),
        { name: 'objects', ...jsonType(queryRunner) },
        instant('created_at'),
      ],
      indices: [index('segments_session_ix', 'session_id', 'directory', 'number')],
    },
    {
      name: 'gaps',
      columns: [
        key(text('session_id', 64)),
        key(text('kind', 8)),
        key(bigNumber('start_ms')),
        bigNumber('duration_ms'),
        text('cause', 32),
        instant('created_at'),
      ],
    },
    {
      name: 'nodes',
      columns: [
        key(text('alias', 255)),
        path('url'),
        text('version', 64),
        instant('started_at'),
        instant('last_seen_at'),
        integer('workers'),
        integer('cpu_percent'),
        integer('sessions'),
      ],
    },
    {
      name: 'jobs',
      columns: [
        key(text('id', 36)),
        text('kind', 32),
        path('object_key'),
        integer('attempts'),
        instant('due_at'),
        nullable({ name: 'last_error', type: 'text' }),
        instant('created_at'),
      ],
      indices: [index('jobs_due_ix', 'kind', 'due_at')],
    },
  ];
};
