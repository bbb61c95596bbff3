import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { parse, TomlError } from 'smol-toml';
import { systemErrorCode } from '../shared/errors.js';
import { ConfigError } from './config.errors.js';

export type ConfigTable = Record<string, unknown>;

const DEFAULT_FILE = 'aircheck.toml';

/**
 * Reads the TOML file.
 *
 * @param named the file that was asked for; without one, `aircheck.toml` in `cwd`, which may be missing
 * @throws {ConfigError} when a named file cannot be read, or any is not TOML
 */
export function readConfigFile(cwd: string, named: string | undefined): ConfigTable {
  const text = readText(resolve(cwd, named ?? DEFAULT_FILE), named);
  try {
    return text === undefined ? {} : parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [reason] = error.message.split('\n');
    throw new ConfigError([
      `${named ?? DEFAULT_FILE}, line ${error.line}, column ${error.column}: ${reason ?? 'not TOML'}.`,
    ]);
  }
}

/** @returns the text, or undefined when the file is missing and nobody asked for it */
function readText(path: string, named: string | undefined): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' && named === undefined) return undefined;
    throw new ConfigError([
      `The configuration file ${named ?? basename(path)} cannot be read (${code ?? String(error)}).`,
    ]);
  }
}

export function isTable(value: unknown): value is ConfigTable {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** Puts `value` at `a.b.c`, making the tables in between. What is in the way and no table stays, for the schema to refuse. */
export function setKey(table: ConfigTable, key: string, value: unknown): void {
  const names = key.split('.');
  const last = names.pop() ?? '';
  let inner = table;
  for (const name of names) {
    const next = (inner[name] ??= {});
    if (!isTable(next)) return;
    inner = next;
  }
  inner[last] = value;
}

export function getKey(table: ConfigTable, key: string): unknown {
  return key.split('.').reduce<unknown>((inner, name) => (isTable(inner) ? inner[name] : undefined), table);
}
