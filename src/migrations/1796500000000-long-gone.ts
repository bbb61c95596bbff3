import { TableColumn, type MigrationInterface, type QueryRunner } from 'typeorm';

/** Many segments that went away long ago have one place. */
export class LongGone1796500000000 implements MigrationInterface {
  readonly name = 'LongGone1796500000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.addColumn(
      'gone_segments',
      new TableColumn({ name: 'last_number', type: 'integer', isNullable: true }),
    );
  }

  /** Places of many are places of one again: who watches counts anew from there. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropColumn('gone_segments', 'last_number');
  }
}
