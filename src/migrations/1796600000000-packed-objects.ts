import { TableCheck, type QueryRunner } from 'typeorm';
import type { BreakingMigration } from './breaking-migration.js';
import { isPostgres } from './portable-types.js';

const SHOWN = ['trackId', 'objectKey', 'startTicks', 'durationTicks', 'sizeBytes', 'independent'];
const OTHERS = ['kind', 'timescale', 'samples', 'sha256'];
/** A server of the version before that still runs must not write what this one would misread: its commits fail, and wait. */
const ARE_PACKED = new TableCheck({ name: 'segments_objects_ck', expression: `"objects" LIKE '"%'` });

/**
 * Objects of segments lose the names of their fields: a line with their folder, how many they are and what manifests show of
 * each, and a line with the rest. PostgreSQL writes the table anew, some minutes for ten million rows.
 */
export class PackedObjects1796600000000 implements BreakingMigration {
  readonly name = 'PackedObjects1796600000000';
  readonly breaksOlderNodes = true;

  async up(queryRunner: QueryRunner): Promise<void> {
    await pack(queryRunner);
    await queryRunner.createCheckConstraint('segments', ARE_PACKED);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropCheckConstraint('segments', ARE_PACKED);
    await unpack(queryRunner);
  }
}

/** How a database says what the other says in other words, for the row of the columns or parameters. */
interface Words {
  readonly objects: string;
  readonly directory: string;
  readonly array: (values: readonly string[]) => string;
  readonly quoted: (text: string) => string;
  readonly newline: string;
  /** Rows of a list: `"value"` and its place `"key"`, from 0. */
  readonly each: (list: string) => string;
  readonly object: (pairs: readonly string[]) => string;
  readonly asObjects: (object: string) => string;
  readonly list: (text: string) => string;
  readonly line: (number: 1 | 2) => string;
}

const SQLITE: Words = {
  objects: '"objects"',
  directory: '"directory"',
  array: (values) => `json_array(${values.join(', ')})`,
  quoted: (text) => `json_quote(${text})`,
  newline: 'char(10)',
  each: (list) => `json_each(${list}) AS "each"`,
  object: (pairs) => `json_object(${pairs.join(', ')})`,
  asObjects: (object) => `json_group_array(${object})`,
  list: (text) => `'[' || ${text} || ']'`,
  line: (number) =>
    number === 1
      ? 'substr("objects", 1, instr("objects", char(10)) - 1)'
      : 'substr("objects", instr("objects", char(10)) + 1)',
};

const POSTGRES: Words = {
  objects: '$1',
  directory: '$2',
  array: (values) => `CAST(jsonb_build_array(${values.join(', ')}) AS text)`,
  quoted: (text) => `to_json(${text})`,
  newline: 'chr(10)',
  each: (list) =>
    `LATERAL (SELECT "value", CAST("place" - 1 AS integer) AS "key" FROM jsonb_array_elements(${list}) WITH ORDINALITY AS "all" ("value", "place")) AS "each"`,
  object: (pairs) => `jsonb_build_object(${pairs.join(', ')})`,
  asObjects: (object) => `coalesce(jsonb_agg(${object} ORDER BY "key"), '[]')`,
  list: (text) => `CAST('[' || ${text} || ']' AS jsonb)`,
  line: (number) => `split_part($1, chr(10), ${String(number)})`,
};

/** @returns a query of the lines of a row */
function linesOf({ objects, directory, array, quoted, newline, each }: Words): string {
  const key = `"value" ->> 'objectKey'`;
  const prefix = `${directory} || '/'`;
  const isInside = `substr(${key}, 1, length(${prefix})) = ${prefix}`;
  const name = `substr(${key}, length("folder") + 1)`;
  const values = (fields: readonly string[]): string => {
    const line = array(fields.map((field) => (field === 'objectKey' ? name : `"value" -> '${field}'`)));
    return `string_agg(substr(${line}, 2, length(${line}) - 2), ',' ORDER BY "key") FILTER (WHERE "value" IS NOT NULL)`;
  };
  const strays = `SELECT COUNT(*) FROM ${each(objects)} WHERE NOT ${isInside}`;
  return `SELECT ${quoted('MIN("folder")')} || ',' || COUNT("value") || coalesce(',' || ${values(SHOWN)}, '')
      || ${newline} || coalesce(${values(OTHERS)}, '')
    FROM (SELECT CASE (${strays}) WHEN 0 THEN ${prefix} ELSE '' END AS "folder") AS "common" LEFT JOIN ${each(objects)} ON true`;
}

/** @returns a query of the objects of a row as the version before has them */
function objectsOf({ object, asObjects, list, line, each }: Words): string {
  const [shown, others] = [list(line(1)), list(line(2))];
  const pairs = [
    ...SHOWN.map((field, at) => {
      const place = `(2 + ${String(at)} + ${String(SHOWN.length)} * ("key" / ${String(OTHERS.length)}))`;
      const value = field === 'objectKey' ? `("shown" ->> 0) || ("shown" ->> ${place})` : `"shown" -> ${place}`;
      return `'${field}', ${value}`;
    }),
    ...OTHERS.map((field, at) => `'${field}', "others" -> ("key" + ${String(at)})`),
  ];
  return `SELECT ${asObjects(object(pairs))} FROM (SELECT ${shown} AS "shown", ${others} AS "others") AS "lines", ${each('"others"')}
    WHERE "key" % ${String(OTHERS.length)} = 0`;
}

async function pack(queryRunner: QueryRunner): Promise<void> {
  if (isPostgres(queryRunner)) await changeType(queryRunner, { from: 'jsonb', to: 'text', body: linesOf(POSTGRES) });
  else await queryRunner.query(`UPDATE "segments" SET "objects" = (${linesOf(SQLITE)})`);
}

async function unpack(queryRunner: QueryRunner): Promise<void> {
  if (isPostgres(queryRunner)) await changeType(queryRunner, { from: 'text', to: 'jsonb', body: objectsOf(POSTGRES) });
  else await queryRunner.query(`UPDATE "segments" SET "objects" = (${objectsOf(SQLITE)})`);
}

/** An expression that changes a type may hold no query, but call a function. */
async function changeType(
  queryRunner: QueryRunner,
  { from, to, body }: { readonly from: string; readonly to: string; readonly body: string },
): Promise<void> {
  await queryRunner.query(
    `CREATE FUNCTION pg_temp.changed(${from}, varchar) RETURNS ${to} LANGUAGE sql IMMUTABLE AS $$${body}$$`,
  );
  await queryRunner.query(
    `ALTER TABLE "segments" ALTER COLUMN "objects" TYPE ${to} USING pg_temp.changed("objects", "directory")`,
  );
  await queryRunner.query(`DROP FUNCTION pg_temp.changed(${from}, varchar)`);
}
