import type { DataSource } from 'typeorm';

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
