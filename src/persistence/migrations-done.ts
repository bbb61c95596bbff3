import type { DataSource, MigrationInterface } from 'typeorm';

/** The database has tables of a later version. */
export class DatabaseOfLaterVersionError extends Error {
  override readonly name = 'DatabaseOfLaterVersionError';

  constructor(strange: readonly string[]) {
    super(
      `the database that database.url names is of a later version: this one does not know ${strange.join(', ')}. Run the version that it is of, or take back with that version what this one does not know: aircheck migrate --revert ${String(strange.length)} (docs/upgrade.md).`,
    );
  }
}

/** @returns names of the migrations that were run in the database, in their order; undefined when it has no tables of ours */
export async function migrationsDone(dataSource: DataSource): Promise<readonly string[] | undefined> {
  const queryRunner = dataSource.createQueryRunner();
  try {
    if (!(await queryRunner.hasTable('migrations'))) return undefined;
    const rows = (await queryRunner.query('SELECT "name" FROM "migrations" ORDER BY "id"')) as { name: string }[];
    return rows.map(({ name }) => name);
  } finally {
    await queryRunner.release();
  }
}

/**
 * @param done names of the migrations that were run in a database
 * @throws {DatabaseOfLaterVersionError} when there are others than `ours` among them
 */
export function assertKnown(done: readonly string[], ours: readonly Pick<MigrationInterface, 'name'>[]): void {
  const strange = done.filter((name) => ours.every((known) => known.name !== name));
  if (strange.length > 0) throw new DatabaseOfLaterVersionError(strange);
}
