import type { ColumnOptions, ValueTransformer } from 'typeorm';

// A portable column: every database gives the same value in code.

const instant: ValueTransformer = {
  to: (value: Date | null | undefined) => value?.toISOString() ?? value,
  from: (value: string | Date | null) => (typeof value === 'string' ? new Date(value) : value),
};

/** An instant: a Date in code, ISO 8601 text with milliseconds in the database, which sorts as time does. */
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

/** A small value that is only ever read whole, as JSON text. */
export const jsonColumn = { type: 'text', transformer: json } as const satisfies ColumnOptions;

/** Random ids and others of at most 36 characters. */
export const idColumn = { type: 'varchar', length: 36 } as const satisfies ColumnOptions;
