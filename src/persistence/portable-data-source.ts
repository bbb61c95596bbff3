import { DataSource, MigrationExecutor, type Migration, type QueryRunner } from 'typeorm';
import { useNativeTypes } from './column-types.js';
import { assertKnown } from './migrations-done.js';
import { assertNoneRuns, breaksOlderNodes } from './older-nodes.js';
import { SqliteLog } from './sqlite-log/sqlite-log.js';

type MigrationOptions = Parameters<DataSource['runMigrations']>[0];

/** Of all servers on a PostgreSQL database, whichever changes its tables. */
const MIGRATION_LOCK = '4716920851';

/**
 * The same entities and migrations over SQLite and PostgreSQL. On PostgreSQL columns have its own types, and migrations
 * run under an advisory lock: of two servers that start at once the second waits and finds nothing left to do. Those that nodes
 * of the version before cannot go on beside wait until none runs; SQLite's file has one process at a time.
 */
export class PortableDataSource extends DataSource {
  /** Of a SQLite database that is a file. */
  log: SqliteLog | undefined;

  override async initialize(): Promise<this> {
    await super.initialize();
    const { options } = this;
    if (options.type !== 'better-sqlite3' || options.database === ':memory:') return this;
    try {
      this.log = await SqliteLog.open(this, options.database);
      return this;
    } catch (error) {
      await super.destroy();
      throw error;
    }
  }

  override async destroy(): Promise<void> {
    const { log } = this;
    this.log = undefined;
    await log?.close();
    await super.destroy();
  }

  override async runMigrations(options: MigrationOptions = {}): Promise<Migration[]> {
    return this.locked(async (queryRunner) => {
      const transaction = options.transaction ?? this.options.migrationsTransactionMode;
      const executor = this.executor(queryRunner, { ...options, ...(transaction && { transaction }) });
      await this.assertMayMigrate(executor, queryRunner);
      const done = await executor.executePendingMigrations();
      await this.log?.synced();
      return done;
    });
  }

  override async undoLastMigration(options: MigrationOptions = {}): Promise<void> {
    await this.locked((queryRunner) => this.executor(queryRunner, options).undoLastMigration());
    await this.log?.synced();
  }

  protected override async buildMetadatas(): Promise<void> {
    await super.buildMetadatas();
    if (!isPostgres(this)) return;
    for (const { columns } of this.entityMetadatas) useNativeTypes(columns);
  }

  private async assertMayMigrate(executor: MigrationExecutor, queryRunner: QueryRunner): Promise<void> {
    const lastFirst = await executor.getExecutedMigrations();
    assertKnown(lastFirst.map(({ name }) => name).reverse(), this.migrations);
    if (!isPostgres(this)) return;
    const pending = await executor.getPendingMigrations();
    const breaking = pending.filter(({ instance }) => breaksOlderNodes(instance)).map(({ name }) => name);
    if (breaking.length > 0) await assertNoneRuns(queryRunner, breaking);
  }

  private executor(
    queryRunner: QueryRunner,
    { transaction = 'all', fake = false }: MigrationOptions & object,
  ): MigrationExecutor {
    return Object.assign(new MigrationExecutor(this, queryRunner), { transaction, fake });
  }

  /** Locks belong to a connection: the migrations run on the one that has it, for as long as they take. */
  private async locked<T>(work: (queryRunner: QueryRunner) => Promise<T>): Promise<T> {
    const queryRunner = this.createQueryRunner();
    try {
      if (!isPostgres(this)) return await work(queryRunner);
      await queryRunner.query('SET statement_timeout = 0');
      await queryRunner.query('SET lock_timeout = 0');
      await queryRunner.query(`SELECT pg_advisory_lock(${MIGRATION_LOCK})`);
      try {
        return await work(queryRunner);
      } finally {
        await queryRunner.query(`SELECT pg_advisory_unlock(${MIGRATION_LOCK})`);
        await queryRunner.query('RESET statement_timeout');
        await queryRunner.query('RESET lock_timeout');
      }
    } finally {
      await queryRunner.release();
    }
  }
}

/** Whether writers run side by side and have to keep off each other's rows; a SQLite database has one at a time. */
export function isPostgres({ options }: Pick<DataSource, 'options'>): boolean {
  return options.type === 'postgres';
}

/** @returns undefined where the database brings commits to its disk by itself, or has none */
export function logOf(dataSource: DataSource): SqliteLog | undefined {
  return dataSource instanceof PortableDataSource ? dataSource.log : undefined;
}
