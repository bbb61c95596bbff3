import type { ColumnOptions, ColumnType, ValueTransformer } from 'typeorm';

// A portable column: every database gives the same value in code.

const instant: ValueTransformer = {
  to: (value: Date | null | undefined) => value?.toISOString() ?? value,
  from: (value: string | Date | null) => (typeof value === 'string' ? new Date(value) : value),
};

/**
 * An instant to the millisecond, a Date in code: ISO 8601 text in SQLite, which sorts as time does, `timestamptz` in
 * PostgreSQL.
 */
export const instantColumn = { type: 'varchar', length: 24, transformer: instant } as const satisfies ColumnOptions;
export const nullableInstantColumn = { ...instantColumn, nullable: true } as const satisfies ColumnOptions;

const wholeNumber: ValueTransformer = {
  to: (value: number | null | undefined) => value,
  from: (value: number | string | null) => (value === null ? null : Number(value)),
};

/** Whole numbers to 2^53 - 1: bytes, ticks, epoch milliseconds. */
export const bigNumberColumn = { type: 'bigint', transformer: wholeNumber } as const satisfies ColumnOptions;
export const nullableBigNumberColumn = { ...bigNumberColumn, nullable: true } as const satisfies ColumnOptions;

const json: ValueTransformer = {
  to: (value: unknown) => (value === null || value === undefined ? value : JSON.stringify(value)),
  from: (value: string | null) => (value === null ? null : (JSON.parse(value) as unknown)),
};

/** A small value that is only ever read whole: JSON text in SQLite, `jsonb` in PostgreSQL. */
export const jsonColumn = { type: 'text', transformer: json } as const satisfies ColumnOptions;

/** Random ids and others of at most 36 characters. */
export const idColumn = { type: 'varchar', length: 36 } as const satisfies ColumnOptions;

interface NativeColumn {
  readonly type: ColumnType;
  readonly precision: number | undefined;
}

/** What PostgreSQL has types of its own for, by the transformer that stands in for them elsewhere. */
const POSTGRES_COLUMNS: ReadonlyMap<unknown, NativeColumn> = new Map<unknown, NativeColumn>([
  [instant, { type: 'timestamp with time zone', precision: 3 }],
  [json, { type: 'jsonb', precision: undefined }],
]);

/** What {@link useNativeTypes} changes of a column. */
interface ColumnShape {
  type: ColumnType;
  length: string;
  precision?: number | null;
  transformer?: ValueTransformer | ValueTransformer[];
}

/** Gives columns the types that PostgreSQL has for them. The decorators are every database's, so this is done per data source. */
export function useNativeTypes(columns: readonly ColumnShape[]): void {
  for (const column of columns) {
    const native = POSTGRES_COLUMNS.get(column.transformer);
    if (native === undefined) continue;
    Object.assign(column, { ...native, length: '', transformer: undefined });
  }
}
