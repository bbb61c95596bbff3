import type { EntityManager, EntityMetadata, EntityTarget, ObjectLiteral } from 'typeorm';

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
  columns: Columns<T>,
): Promise<Map<PageOf<Place>, T[]>> {
  const found = new Map(pages.map((page): [PageOf<Place>, T[]] => [page, []]));
  if (pages.length === 0) return found;
  const places = new PlaceQuery(manager.dataSource.getMetadata(entity), columns);
  const selects = pages.map((page, index) => places.select(page, index));
  const query = manager
    .createQueryBuilder(entity, 'row')
    .innerJoin(`(${selects.join(' UNION ALL ')})`, 'place', places.isSame)
    .addSelect('"place"."page"', 'page')
    .setParameters(places.parameters);
  for (const property of columns.order) query.addOrderBy(`row.${property}`, 'ASC');
  const { entities, raw } = await query.getRawAndEntities<{ readonly page: number | string }>();
  entities.forEach((row, index) => {
    const page = pages[Number(raw[index]?.page)];
    if (page !== undefined) found.get(page)?.push(row);
  });
  return found;
}

/** The text of the statement's inner half: which rows are on which page. */
class PlaceQuery<T extends Listed> {
  readonly parameters: Record<string, unknown> = {};

  constructor(
    private readonly table: EntityMetadata,
    private readonly columns: Columns<T>,
  ) {}

  /** Joins a row with its place. */
  get isSame(): string {
    return this.columns.keys.map((key) => `"place".${this.column(key)} = "row".${this.column(key)}`).join(' AND ');
  }

  /** @param index says which page it is */
  select({ sessionId, limit, after }: PageOf<Partial<T>>, index: number): string {
    const { keys, order } = this.columns;
    const values = after && order.map((property) => this.value(after[property])).join(', ');
    const isBehind = values === undefined ? '' : ` AND (${this.list(order)}) > (${values})`;
    const isOfSession = `${this.column('sessionId')} = ${this.value(sessionId)}`;
    return (
      `SELECT * FROM (SELECT ${index} AS "page", ${this.list(keys)} FROM "${this.table.tableName}" ` +
      `WHERE ${isOfSession}${isBehind} ORDER BY ${this.list(order)} LIMIT ${this.value(limit)}) AS "page${index}"`
    );
  }

  private list(properties: readonly string[]): string {
    return properties.map((property) => this.column(property)).join(', ');
  }

  private column(property: string): string {
    return `"${this.table.findColumnWithPropertyName(property)?.databaseName ?? property}"`;
  }

  private value(value: unknown): string {
    const name = `place${Object.keys(this.parameters).length}`;
    this.parameters[name] = value;
    return `:${name}`;
  }
}
