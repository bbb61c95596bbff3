import type { DataSourceOptions } from 'typeorm';
import type { AppConfig } from '../config/index.js';

/** A transaction of ours thinks for milliseconds: one that does nothing for so long belongs to a server that hangs. */
const IDLE_IN_TRANSACTION_MS = 60_000;
const KEEP_ALIVE_AFTER_MS = 10_000;

/** @returns how PostgreSQL is reached, and how long it may take */
export function postgresOptions(database: AppConfig['database']): DataSourceOptions {
  const { max_connections: poolSize, connect_timeout: connectSeconds } = database;
  return {
    type: 'postgres',
    url: withLibpqMeaning(database.url),
    applicationName: 'aircheck',
    poolSize,
    connectTimeoutMS: connectSeconds * 1000,
    installExtensions: false,
    // Of an idle connection that was lost: the pool opens another one when it is needed, and who needs it is told if it cannot.
    poolErrorHandler: () => undefined,
    extra: {
      statement_timeout: database.statement_timeout_seconds * 1000,
      lock_timeout: database.lock_timeout_seconds * 1000,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    },
  };
}

/** `sslmode` means what it means to psql: `require` encrypts, `verify-full` also checks who answers. */
function withLibpqMeaning(url: string): string {
  if (!/[?&]sslmode=/.test(url) || /[?&]uselibpqcompat=/.test(url)) return url;
  return `${url}&uselibpqcompat=true`;
}
