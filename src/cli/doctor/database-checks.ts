import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DataSource } from 'typeorm';
import { sqlitePath, type AppConfig } from '../../config/index.js';
import { migrations } from '../../migrations/index.js';
import { probeFolder } from '../../modules/storage/drivers/index.js';
import { migrationsDone } from '../../persistence/migrations-done.js';
import { postgresOptions } from '../../persistence/postgres-options.js';
import { clockFinding } from './clock-checks.js';
import { reasonOf, type Finding } from './finding.js';

const check = 'database';
const OLDEST_POSTGRES = 15;
/** A commit of each segment takes a few of these. */
const FAR_AWAY_MS = 20;

const REACH =
  'Correct host, port, name, user and password in database.url, and let pg_hba.conf and every firewall between let this machine in.';
/** SQLite's words for a file that it cannot read as a database: https://www.sqlite.org/rescode.html */
const SPOILT = ['SQLITE_NOTADB', 'SQLITE_CORRUPT'];

/** Looks at the database of the index and changes nothing in it. */
export async function databaseFindings({ database }: AppConfig): Promise<Finding[]> {
  const path = sqlitePath(database.url);
  try {
    return path === undefined ? await lookAtPostgres(database) : await lookAtSqlite(path);
  } catch (error) {
    const message = `The database that database.url names cannot be used (${reasonOf(error)}).`;
    return [
      { check, severity: 'problem', message, remedy: path === undefined ? REACH : remedyOf(error, resolve(path)) },
    ];
  }
}

function remedyOf(error: unknown, file: string): string {
  const { code } = error as { readonly code?: unknown };
  return SPOILT.includes(String(code))
    ? `Put a backup in its place, or move it away and make the index again from the storage: aircheck reindex (docs/database.md).`
    : `Give ${dirname(file)} to the user that runs the server, or let database.url name another file.`;
}

async function lookAtSqlite(path: string): Promise<Finding[]> {
  if (path === ':memory:') {
    const message = 'The index is in memory: what was recorded is not known any more after a restart.';
    return [{ check, severity: 'warning', message, remedy: 'Let database.url name a file, or a PostgreSQL.' }];
  }
  const file = resolve(path);
  await probeFolder(dirname(file));
  if (!existsSync(file)) return [{ check, severity: 'ok', message: `${file} will be made by the first start.` }];
  const dataSource = new DataSource({ type: 'better-sqlite3', database: file, readonly: true, fileMustExist: true });
  await dataSource.initialize();
  try {
    return [judgeVersion(file, await migrationsDone(dataSource))];
  } finally {
    await dataSource.destroy();
  }
}

async function lookAtPostgres(database: AppConfig['database']): Promise<Finding[]> {
  const dataSource = new DataSource(postgresOptions(database));
  await dataSource.initialize();
  try {
    const fromMs = performance.now();
    const [row] = await dataSource.query<{ now: Date; version: string; may: boolean }[]>(
      `SELECT clock_timestamp() AS "now", current_setting('server_version_num') AS "version", has_schema_privilege(current_schema(), 'CREATE') AS "may"`,
    );
    const roundTripMs = performance.now() - fromMs;
    const skewMs = (row?.now.getTime() ?? NaN) + roundTripMs / 2 - Date.now();
    const rows = await migrationsDone(dataSource);
    return [
      judgeVersion('The PostgreSQL', rows),
      ...judgeServer(Math.floor(Number(row?.version) / 10_000), row?.may === true),
      judgeDistance(roundTripMs),
      clockFinding('the database', skewMs),
    ];
  } finally {
    await dataSource.destroy();
  }
}

/** @param done names of the migrations that were run there */
export function judgeVersion(database: string, done: readonly string[] | undefined): Finding {
  const ours = migrations.map(({ name }) => name);
  if (done === undefined)
    return { check, severity: 'ok', message: `${database} is empty: the first start makes the tables.` };
  const strange = done.filter((name) => !ours.includes(name));
  if (strange.length > 0) {
    const message = `${database} is of a later version: this one does not know ${strange.join(', ')}.`;
    const remedy = `Run the version that it is of, or take back with that version what this one does not know: aircheck migrate --revert ${strange.length} (docs/upgrade.md).`;
    return { check, severity: 'problem', message, remedy };
  }
  const missing = ours.length - done.length;
  if (missing === 0) return { check, severity: 'ok', message: `${database} can be used and is of this version.` };
  const message = `${database} is of an earlier version: the next start runs ${missing} migrations.`;
  return { check, severity: 'note', message, remedy: 'Back it up first (docs/database.md).' };
}

function judgeServer(version: number, mayCreate: boolean): Finding[] {
  const findings: Finding[] = [];
  if (version < OLDEST_POSTGRES) {
    const message = `PostgreSQL is version ${version}; ${OLDEST_POSTGRES} is the oldest that is tested.`;
    findings.push({ check, severity: 'warning', message, remedy: 'Upgrade it.' });
  }
  if (!mayCreate) {
    const message = 'The user of database.url may not make tables.';
    findings.push({ check, severity: 'problem', message, remedy: 'GRANT CREATE ON SCHEMA public TO the user.' });
  }
  return findings;
}

function judgeDistance(roundTripMs: number): Finding {
  const measured = { roundTripMs: Math.round(roundTripMs * 10) / 10 };
  const message = `The database answers within ${measured.roundTripMs} ms.`;
  const common = { check: 'database-distance', message, measured };
  if (roundTripMs < FAR_AWAY_MS) return { ...common, severity: 'ok' };
  return { ...common, severity: 'warning', remedy: 'Put it into the same network or zone as the server.' };
}
