import { TableColumn, type MigrationInterface, type QueryRunner } from 'typeorm';

/** Where the last gap of a kind and cause ends: it may be told before the media that follows it. */
export class GapEnds1795350000000 implements MigrationInterface {
  readonly name = 'GapEnds1795350000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.addColumn('gap_sums', new TableColumn({ name: 'end_ms', type: 'bigint', default: 0 }));
    await queryRunner.query(
      'UPDATE "gap_sums" SET "end_ms" = (SELECT MAX("gaps"."start_ms" + "gaps"."duration_ms") FROM "gaps" ' +
        'WHERE "gaps"."session_id" = "gap_sums"."session_id" AND "gaps"."kind" = "gap_sums"."kind" ' +
        'AND "gaps"."cause" = "gap_sums"."cause")',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropColumn('gap_sums', 'end_ms');
  }
}
