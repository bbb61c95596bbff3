import { Table, TableColumn, type MigrationInterface, type QueryRunner } from 'typeorm';
import { instantType } from './portable-types.js';

/** Who may log in beside those of the configuration, and more of what somebody did. */
export class Accounts1796100000000 implements MigrationInterface {
  readonly name = 'Accounts1796100000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'accounts',
        columns: [
          { name: 'username', type: 'varchar', length: '255', isPrimary: true },
          { name: 'password_hash', type: 'varchar', length: '255' },
          { name: 'stream_scope', type: 'varchar', length: '255' },
          { name: 'right_bits', type: 'integer' },
          { name: 'version_id', type: 'varchar', length: '36' },
          { name: 'created_at', ...instantType(queryRunner) },
          { name: 'changed_at', ...instantType(queryRunner) },
        ],
      }),
    );
    await queryRunner.addColumn(
      'audit_events',
      new TableColumn({ name: 'detail', type: 'varchar', length: '255', isNullable: true }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropColumn('audit_events', 'detail');
    await queryRunner.dropTable('accounts');
  }
}
