import type { EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';

/** A page of what belongs to one session. */
export interface PageOf<Place> {
  readonly sessionId: string;
  /** How many rows at most. */
  readonly limit: number;
  /** The rows behind this one; all when undefined. */
  readonly after: Place | undefined;
}

interface Listed extends ObjectLiteral {
  readonly sessionId: string;
}

interface Columns<T> {
  /** Primary key. */
  readonly keys: readonly (keyof T & string)[];
  /** What a session's rows are in order by; says which row it is within the session. */
  readonly order: readonly (keyof T & string)[];
}

/**
 * Pages of many sessions by one statement: the keys of each are found along an index, and joined with their rows. One
 * `IN` with a rank over all rows would read all that the sessions have.
 */
export async function findPages<T extends Listed, Place extends Partial<T>>(
  manager: EntityManager,
  entity: EntityTarget<T>,
  pages: readonly PageOf<Place>[],
  { keys, order }: Columns<T>,
): Promise<Map<PageOf<Place>, T[]>> {
  const found = new Map(pages.map((page): [PageOf<Place>, T[]] => [page, []]));
  if (pages.length === 0) return found;
  const { tableName, findColumnWithPropertyName } = manager.connection.getMetadata(entity);
  const column = (property: string): string =>
    `"${findColumnWithPropertyName.call(manager.connection.getMetadata(entity), property)?.databaseName ?? property}"`;
  const parameters: Record<string, unknown> = {};
  const name = (value: unknown): string => {
    const key = `page${Object.keys(parameters).length}`;
    parameters[key] = value;
    return `:${key}`;
  };
  const columns = (properties: readonly string[]): string => properties.map(column).join(', ');
  const selects = pages.map(({ sessionId, limit, after }, index) => {
    const isBehind =
      after === undefined
        ? ''
        : ` AND (${columns(order)}) > (${order.map((property) => name(after[property])).join(', ')})`;
    return (
      `SELECT * FROM (SELECT ${index} AS "page", ${columns(keys)} FROM "${tableName}" ` +
      `WHERE ${column('sessionId')} = ${name(sessionId)}${isBehind} ` +
      `ORDER BY ${columns(order)} LIMIT ${name(limit)}) AS "page${index}"`
    );
  });
  const isSame = keys.map((key) => `"place".${column(key)} = "row".${column(key)}`).join(' AND ');
  const query = manager
    .createQueryBuilder(entity, 'row')
    .innerJoin(`(${selects.join(' UNION ALL ')})`, 'place', isSame)
    .addSelect('"place"."page"', 'page')
    .setParameters(parameters);
  for (const property of order) query.addOrderBy(`row.${property}`, 'ASC');
  const { entities, raw } = await query.getRawAndEntities<{ readonly page: number | string }>();
  entities.forEach((row, index) => {
    const page = pages[Number(raw[index]?.page)];
    if (page !== undefined) found.get(page)?.push(row);
  });
  return found;
}
