import type { EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';

/** SQL takes some ten thousand values in a statement. */
const VALUES_AT_ONCE = 10_000;

/**
 * Inserts rows in as few statements as possible, and says in the same statements what becomes of those that are there
 * already: what is asked first and written then is another's to write in between.
 *
 * @param onConflict follows ON CONFLICT, with the names of the columns: `("id") DO UPDATE SET "count" = "jobs"."count" + 1`
 * @param returned names of columns to give back of the rows that were inserted or changed
 */
export async function insertRows<T extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntityTarget<T>,
  rows: readonly T[],
  onConflict: string,
  returned: readonly string[] = [],
): Promise<Record<string, unknown>[]> {
  const { driver } = manager.dataSource;
  const { columns, tableName } = manager.dataSource.getMetadata(entity);
  const names = columns.map(({ databaseName }) => `"${databaseName}"`).join(', ');
  const returning = returned.length === 0 ? '' : ` RETURNING ${returned.map((name) => `"${name}"`).join(', ')}`;
  const results: Record<string, unknown>[] = [];
  const rowsAtOnce = Math.floor(VALUES_AT_ONCE / columns.length);
  for (let first = 0; first < rows.length; first += rowsAtOnce) {
    const values: unknown[] = [];
    const tuples = rows.slice(first, first + rowsAtOnce).map((row) => {
      const places = columns.map((column) => {
        values.push(driver.preparePersistentValue(column.getEntityValue(row), column));
        return driver.createParameter('', values.length - 1);
      });
      return `(${places.join(', ')})`;
    });
    const insert = `INSERT INTO "${tableName}" (${names}) VALUES ${tuples.join(', ')} ON CONFLICT ${onConflict}${returning}`;
    const result = await manager.query<unknown>(insert, values);
    if (returned.length > 0) for (const row of result as Record<string, unknown>[]) results.push(row);
  }
  return results;
}
