import type { QueryRunner, TableColumnOptions } from 'typeorm';

type ColumnType = Pick<TableColumnOptions, 'type' | 'length' | 'precision'>;

/** A point in time to the millisecond: SQLite has ISO 8601 text, 24 characters that sort as time does. */
export function instantType(queryRunner: QueryRunner): ColumnType {
  return isPostgres(queryRunner)
    ? { type: 'timestamp with time zone', precision: 3 }
    : { type: 'varchar', length: '24' };
}

/** A value that is only ever read whole. */
export function jsonType(queryRunner: QueryRunner): ColumnType {
  return { type: isPostgres(queryRunner) ? 'jsonb' : 'text' };
}

export function isPostgres({ dataSource }: QueryRunner): boolean {
  return dataSource.options.type === 'postgres';
}
