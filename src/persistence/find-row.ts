import type { EntityManager, EntityMetadata, EntityTarget, ObjectLiteral } from 'typeorm';

/** Name of the statement without a condition: no property is called so, nor none at all. */
const SELECTION = '*';
const statements = new WeakMap<EntityMetadata, Map<string, string>>();

/**
 * Finds one row, as `findOneBy` does without relations, for what is asked several hundred times a second: to put the statement together
 * anew each time costs ten times what the database takes.
 *
 * @param key values of columns, by the names of the entity's properties
 */
export async function findRow<T extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntityTarget<T>,
  key: Readonly<Partial<Record<keyof T, string | number>>>,
): Promise<T | null> {
  const metadata = manager.dataSource.getMetadata(entity);
  const names = Object.keys(key);
  const [found] = await manager.query<FoundRow[]>(statement(manager, metadata, names), Object.values(key));
  return found === undefined ? null : (entityOf(manager, metadata, found) as T);
}

/**
 * Finds rows, as `findBy` does without relations, for what each request asks.
 *
 * @param condition over columns by their names in the database, `?` for each parameter; may end with an order
 */
export async function findRows<T extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntityTarget<T>,
  condition: string,
  parameters: readonly (string | number | Date)[],
): Promise<T[]> {
  const metadata = manager.dataSource.getMetadata(entity);
  const query = `${selectionOf(metadata)} WHERE ${withParameters(manager, condition)}`;
  const values = parameters.map((value) => (value instanceof Date ? value.toISOString() : value));
  const found = await manager.query<FoundRow[]>(query, values);
  return found.map((row) => entityOf(manager, metadata, row) as T);
}

/** @returns `?, ?, ?` */
export function placesFor(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}

/** @param text of a statement, `?` for each parameter */
export function withParameters({ dataSource: { driver } }: EntityManager, text: string): string {
  let index = 0;
  return text.replaceAll('?', () => driver.createParameter('value', index++));
}

type FoundRow = Readonly<Record<string, unknown>>;

function entityOf({ dataSource: { driver } }: EntityManager, metadata: EntityMetadata, found: FoundRow): ObjectLiteral {
  const row = metadata.create() as ObjectLiteral;
  for (const column of metadata.columns) {
    column.setEntityValue(row, driver.prepareHydratedValue(found[column.databaseName], column));
  }
  return row;
}

function statement(manager: EntityManager, metadata: EntityMetadata, names: readonly string[]): string {
  const { driver } = manager.dataSource;
  return keptStatement(metadata, names.join(), () => {
    const conditions = names.map((name, index) => {
      const column = metadata.findColumnWithPropertyName(name);
      if (column === undefined) throw new RangeError(`${metadata.name} has no column ${name}.`);
      return `"${column.databaseName}" = ${driver.createParameter(name, index)}`;
    });
    return `${selectionOf(metadata)} WHERE ${conditions.join(' AND ')}`;
  });
}

function selectionOf(metadata: EntityMetadata): string {
  return keptStatement(metadata, SELECTION, () => {
    const columns = metadata.columns.map(({ databaseName }) => `"${databaseName}"`);
    return `SELECT ${columns.join(', ')} FROM "${metadata.tableName}"`;
  });
}

function keptStatement(metadata: EntityMetadata, name: string, make: () => string): string {
  const known = statements.get(metadata) ?? new Map<string, string>();
  statements.set(metadata, known);
  const made = known.get(name) ?? make();
  known.set(name, made);
  return made;
}
