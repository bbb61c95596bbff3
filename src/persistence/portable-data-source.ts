import { DataSource, MigrationExecutor, type Migration, type QueryRunner } from 'typeorm';
import { useNativeTypes } from './column-types.js';

type MigrationOptions = Parameters<DataSource['runMigrations']>[0];

/** Of all servers on a PostgreSQL database, whichever changes its tables. */
const MIGRATION_LOCK = '4716920851';

/**
 * The same entities and migrations over SQLite and PostgreSQL. On PostgreSQL columns have its own types, and migrations
 * run under an advisory lock: of two servers that start at once the second waits and finds nothing left to do.
 */
export class PortableDataSource extends DataSource {
  override async runMigrations(options: MigrationOptions = {}): Promise<Migration[]> {
    return this.locked(async (queryRunner) => {
      const transaction = options.transaction ?? this.options.migrationsTransactionMode;
      const executor = this.executor(queryRunner, { ...options, ...(transaction && { transaction }) });
      return executor.executePendingMigrations();
    });
  }

  override async undoLastMigration(options: MigrationOptions = {}): Promise<void> {
    await this.locked((queryRunner) => this.executor(queryRunner, options).undoLastMigration());
  }

  protected override async buildMetadatas(): Promise<void> {
    await super.buildMetadatas();
    if (!isPostgres(this)) return;
    for (const { columns } of this.entityMetadatas) useNativeTypes(columns);
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
