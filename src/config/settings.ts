import { z } from 'zod';
import { configSchema } from './schema.js';
import { settingFacts, type SettingFacts } from './setting.js';

export type SettingShape = 'text' | 'number' | 'boolean' | 'list' | 'tables';

/** One leaf of the schema: what the file calls `key`, the environment calls `variable`. */
export interface Setting extends SettingFacts {
  readonly key: string;
  readonly variable: string;
  readonly shape: SettingShape;
  readonly default: unknown;
}

/** @returns every setting, in the order of the schema */
export function listSettings(): Setting[] {
  return collect(configSchema, []);
}

/** @returns `AIRCHECK_A_B_C` for `a.b.c` */
export function variableOf(key: string): string {
  return `AIRCHECK_${key.replaceAll('.', '_').toUpperCase()}`;
}

function collect(schema: z.ZodType, path: readonly string[]): Setting[] {
  const facts = settingFacts(schema);
  if (facts !== undefined) {
    const key = path.join('.');
    return [{ ...facts, key, variable: variableOf(key), shape: shapeOf(schema), default: defaultOf(schema) }];
  }
  const table = unwrap(schema);
  if (!(table instanceof z.ZodObject)) throw new TypeError(`${path.join('.')} is neither a setting nor a table`);
  return Object.entries(table.shape).flatMap(([name, inner]) => collect(inner as z.ZodType, [...path, name]));
}

function shapeOf(schema: z.ZodType): SettingShape {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodRecord) return 'tables';
  if (inner instanceof z.ZodNumber) return 'number';
  if (inner instanceof z.ZodBoolean) return 'boolean';
  if (!(inner instanceof z.ZodArray)) return 'text';
  return unwrap(inner.element as z.ZodType) instanceof z.ZodObject ? 'tables' : 'list';
}

function defaultOf(schema: z.ZodType): unknown {
  if (unwrap(schema) instanceof z.ZodRecord) return [];
  if (schema instanceof z.ZodDefault) return schema.def.defaultValue;
  return schema instanceof z.ZodPipe ? defaultOf(schema.def.in as z.ZodType) : undefined;
}

function unwrap(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return unwrap(schema.unwrap() as z.ZodType);
  return schema instanceof z.ZodPipe ? unwrap(schema.def.in as z.ZodType) : schema;
}
