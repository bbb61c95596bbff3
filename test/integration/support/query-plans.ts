import type { DataSource, Logger } from 'typeorm';

/** Tables that grow with what was recorded. */
const GROWING = [
  ...['recordings', 'segments', 'recording_sessions', 'session_parts', 'tracks', 'gaps', 'completeness'],
  ...['deleted_stretches', 'gone_segments', 'gone_changes', 'gone_parts', 'window_places', 'exports'],
];

/** A statement as the database was asked it. */
interface Statement {
  readonly query: string;
  readonly parameters: readonly unknown[];
}

/** @returns each statement that `work` asks, once */
export async function statementsOf(dataSource: DataSource, work: () => Promise<void>): Promise<Statement[]> {
  const before = dataSource.logger;
  const statements = new Map<string, Statement>();
  const nothing = (): void => undefined;
  const logger: Logger = {
    logQuery: (query, parameters) => {
      const asked = Array.isArray(parameters) ? (parameters as unknown[]) : [];
      if (/^\s*(SELECT|INSERT|UPDATE|DELETE)/i.test(query)) statements.set(query, { query, parameters: asked });
    },
    ...{ logQueryError: nothing, logQuerySlow: nothing, logSchemaBuild: nothing, logMigration: nothing, log: nothing },
  };
  dataSource.logger = logger;
  await work();
  dataSource.logger = before;
  return [...statements.values()];
}

/** @returns statements for which the database reads all of a growing table, with what it says */
export async function fullScans(dataSource: DataSource, statements: readonly Statement[]): Promise<string[]> {
  const explain = dataSource.options.type === 'postgres' ? postgresScans : sqliteScans;
  const found: string[] = [];
  for (const statement of statements) {
    const scans = await explain(dataSource, statement);
    if (scans.length > 0) found.push(`${scans.join(', ')}: ${statement.query}`);
  }
  return found;
}

/** Of the few rows that something is to be done about; the sum over what is finished, which has all that it needs. */
const PARTIAL_INDEXES =
  /USING (?:(?:COVERING )?INDEX (?:segments_lost_ix|recording_sessions_unpublished_ix|recording_sessions_open_ix)|COVERING INDEX recording_sessions_size_ix)/;

/** Along an index as far as the page goes, which ends with the page. */
const isPage = (query: string, detail: string): boolean => detail.includes('USING INDEX') && query.includes(' LIMIT ');

async function sqliteScans(dataSource: DataSource, { query, parameters }: Statement): Promise<string[]> {
  const plan = await dataSource.query<{ detail: string }[]>(`EXPLAIN QUERY PLAN ${query}`, [...parameters]);
  return plan.flatMap(({ detail }) => {
    const name = /^SCAN (\w+)/.exec(detail)?.[1];
    if (name === undefined || !GROWING.includes(tableOf(query, name))) return [];
    const isShort = PARTIAL_INDEXES.test(detail) || isPage(query, detail) || query.includes('0=1');
    return isShort ? [] : [detail];
  });
}

/** A plan names the alias. */
function tableOf(query: string, name: string): string {
  return new RegExp(`"(\\w+)"(?: AS)? "${name}"`).exec(query)?.[1] ?? name;
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

/** Segments as it would go about it; of the tables that are small in a test whether it has another way. */
async function postgresScans(dataSource: DataSource, statement: Statement): Promise<string[]> {
  const queryRunner = dataSource.createQueryRunner();
  const scanned = async (): Promise<string[]> => {
    const [row] = (await queryRunner.query(`EXPLAIN (FORMAT JSON) ${statement.query}`, [...statement.parameters])) as {
      readonly 'QUERY PLAN': readonly { readonly Plan: PlanNode }[];
    }[];
    return (row?.['QUERY PLAN'] ?? []).flatMap(({ Plan }) => tablesReadWhole(Plan));
  };
  try {
    const usual = (await scanned()).filter((table) => table === 'segments');
    await queryRunner.query('SET enable_seqscan = off');
    return [...new Set([...usual, ...(await scanned())])].filter((table) => GROWING.includes(table));
  } finally {
    await queryRunner.query('RESET enable_seqscan');
    await queryRunner.release();
  }
}

function tablesReadWhole(node: PlanNode): string[] {
  const table = node['Node Type'] === 'Seq Scan' ? node['Relation Name'] : undefined;
  return [...(table === undefined ? [] : [table]), ...(node.Plans ?? []).flatMap(tablesReadWhole)];
}
