import { TableCheck, type QueryRunner } from 'typeorm';
import type { BreakingMigration } from './breaking-migration.js';
import { isPostgres } from './portable-types.js';

const SHOWN = ['trackId', 'objectKey', 'startTicks', 'durationTicks', 'sizeBytes', 'independent'];
const OTHERS = ['kind', 'timescale', 'samples', 'sha256'];
/** A server of the version before that still runs must not write what this one would misread: its commits fail, and wait. */
const ARE_PACKED = new TableCheck({ name: 'segments_objects_ck', expression: `"objects" LIKE '[[%'` });

/**
 * Objects of segments lose the names of their fields: a line of lists with what manifests show, a line with the rest.
 * PostgreSQL writes the table anew, some minutes for ten million rows.
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

async function pack(queryRunner: QueryRunner): Promise<void> {
  if (!isPostgres(queryRunner)) {
    const line = (fields: readonly string[]): string =>
      `json_group_array(json_array(${fields.map((field) => `"value" -> '$.${field}'`).join(', ')}))`;
    await queryRunner.query(
      `UPDATE "segments" SET "objects" = (SELECT ${line(SHOWN)} || char(10) || ${line(OTHERS)} FROM json_each("objects"))`,
    );
    return;
  }
  const line = (fields: readonly string[]): string =>
    `jsonb_agg(jsonb_build_array(${fields.map((field) => `"object" -> '${field}'`).join(', ')}) ORDER BY "place")`;
  await changeType(queryRunner, {
    from: 'jsonb',
    to: 'text',
    body: `SELECT CAST(${line(SHOWN)} AS text) || chr(10) || CAST(${line(OTHERS)} AS text)
        FROM jsonb_array_elements($1) WITH ORDINALITY AS "each" ("object", "place")`,
  });
}

async function unpack(queryRunner: QueryRunner): Promise<void> {
  const fields = [
    ...SHOWN.map((field, at) => [field, 'shown', at]),
    ...OTHERS.map((field, at) => [field, 'other', at]),
  ];
  if (!isPostgres(queryRunner)) {
    const object = fields.map(([field, line, at]) => `'${field}', "${line}"."value" -> ${at}`).join(', ');
    await queryRunner.query(
      `UPDATE "segments" SET "objects" = (SELECT json_group_array(json_object(${object}))
          FROM json_each(substr("objects", 1, instr("objects", char(10)) - 1)) AS "shown"
          JOIN json_each(substr("objects", instr("objects", char(10)) + 1)) AS "other" ON "other"."key" = "shown"."key")`,
    );
    return;
  }
  const object = fields.map(([field, line, at]) => `'${field}', "${line}" -> ${at}`).join(', ');
  await changeType(queryRunner, {
    from: 'text',
    to: 'jsonb',
    body: `SELECT jsonb_agg(jsonb_build_object(${object}) ORDER BY "place") FROM ROWS FROM (
          jsonb_array_elements(CAST(split_part($1, chr(10), 1) AS jsonb)),
          jsonb_array_elements(CAST(split_part($1, chr(10), 2) AS jsonb))
        ) WITH ORDINALITY AS "each" ("shown", "other", "place")`,
  });
}

/** An expression that changes a type may hold no query, but call a function. */
async function changeType(
  queryRunner: QueryRunner,
  { from, to, body }: { readonly from: string; readonly to: string; readonly body: string },
): Promise<void> {
  await queryRunner.query(
    `CREATE FUNCTION pg_temp.changed(${from}) RETURNS ${to} LANGUAGE sql IMMUTABLE AS $$${body}$$`,
  );
  await queryRunner.query(`ALTER TABLE "segments" ALTER COLUMN "objects" TYPE ${to} USING pg_temp.changed("objects")`);
  await queryRunner.query(`DROP FUNCTION pg_temp.changed(${from})`);
}
