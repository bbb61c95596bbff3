import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { systemErrorCode } from '../shared/errors.js';
import { ConfigError } from './config.errors.js';
import { formatListenAddress, parseListenAddress } from './formats.js';
import type { Environment, EnvironmentValue } from './environment-value.js';
import { nearestName } from './nearest-name.js';
import type { Setting } from './settings.js';
import { tracingValues } from './tracing-variables.js';

/** Read by others than the schema, or put there by Kubernetes for a Service of our name, or of that of a bucket. */
const NOT_OURS = /^AIRCHECK_(CONFIG$|PORT|SERVICE_|RECORDER_(BACKUP_)?STORAGE_(SERVICE_(HOST$|PORT(_|$))|PORT(_\d|$)))/;
/** Where a wrong name would put recordings elsewhere than was wanted. */
const STRICT = /^AIRCHECK_RECORDER_(STORAGE|BACKUP_STORAGE|UPLOAD)_/;

/** @returns the variables of `.env` in `cwd` with the real environment on top; empty ones count as absent */
export function readEnvironment(cwd: string, env: Environment): Environment {
  const present = Object.entries(env).filter(([, value]) => value !== undefined && value !== '');
  return { ...readDotEnv(cwd), ...Object.fromEntries(present) };
}

/** `AIRCHECK_*` first, then the names that other software uses. */
export function environmentValues(env: Environment, settings: readonly Setting[], listen: unknown): EnvironmentValue[] {
  const own = settings.flatMap((setting) => ownValue(env, setting));
  const taken = new Set(own.map(({ key }) => key));
  return [...own, ...commonValues(env, listen).filter(({ key }) => !taken.has(key))];
}

/** Variables that look like ours and are none. */
export interface UnknownVariables {
  /** Names, without effect. */
  readonly ignored: readonly string[];
  /** One sentence for each that must not be there. */
  readonly problems: readonly string[];
}

export function unknownVariables(env: Environment, settings: readonly Setting[]): UnknownVariables {
  const known = new Set(settings.map(({ variable }) => variable));
  const unknown = Object.keys(env)
    .filter((name) => name.startsWith('AIRCHECK_') && !known.has(name) && !NOT_OURS.test(name))
    .sort();
  return {
    ignored: unknown.filter((name) => !STRICT.test(name)),
    problems: unknown
      .filter((name) => STRICT.test(name))
      .map((name) => `${name} is not a setting: the nearest one is ${nearestName(name, strictRivals(name, known))}.`),
  };
}

/** Settings of the same table. */
function strictRivals(name: string, known: ReadonlySet<string>): string[] {
  const prefix = STRICT.exec(name)?.[0] ?? '';
  return [...known].filter((rival) => rival.startsWith(prefix));
}

function ownValue(env: Environment, setting: Setting): EnvironmentValue[] {
  const { key, variable } = setting;
  const text = env[variable];
  return text === undefined ? [] : [{ key, variable, value: parseValue(text, setting) }];
}

/** What cannot be parsed stays text: the schema refuses it and says what is allowed. */
function parseValue(text: string, { shape }: Setting): unknown {
  if (shape === 'number') return /^[+-]?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;
  if (shape === 'boolean') return text === 'true' || (text === 'false' ? false : text);
  if (shape === 'tables') return parseJson(text);
  if (shape === 'text') return text;
  const members = text.split(',').map((member) => member.trim());
  return members.filter((member) => member !== '');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function commonValues(env: Environment, listen: unknown): EnvironmentValue[] {
  const values: EnvironmentValue[] = [];
  const port = env['PORT'];
  if (port !== undefined) values.push({ key: 'http.listen', variable: 'PORT', value: withPort(listen, port) });
  if (env['DATABASE_URL'] !== undefined)
    values.push({ key: 'database.url', variable: 'DATABASE_URL', value: env['DATABASE_URL'] });
  if (env['LOG_LEVEL'] !== undefined) values.push({ key: 'log.level', variable: 'LOG_LEVEL', value: env['LOG_LEVEL'] });
  return [...values, ...tracingValues(env)];
}

/** `PORT` changes the port alone: who may reach the server stays as it was. */
function withPort(listen: unknown, port: string): string {
  const configured = typeof listen === 'string' ? parseListenAddress(listen) : undefined;
  const address = configured?.address ?? '127.0.0.1';
  return /^\d{1,5}$/.test(port) ? formatListenAddress({ address, port: Number(port) }) : port;
}

function readDotEnv(cwd: string): Record<string, string> {
  try {
    const variables = Object.entries(parseEnv(readFileSync(join(cwd, '.env'), 'utf8')));
    return Object.fromEntries(variables.filter((variable): variable is [string, string] => Boolean(variable[1])));
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT') return {};
    throw new ConfigError([`The file .env cannot be read (${code ?? String(error)}).`]);
  }
}
