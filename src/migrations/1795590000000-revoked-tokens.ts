import { Table, TableColumn, type MigrationInterface, type QueryRunner } from 'typeorm';
import { instantType } from './portable-types.js';

/** Tokens that are refused although their time is not over. */
export class RevokedTokens1795590000000 implements MigrationInterface {
  readonly name = 'RevokedTokens1795590000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'revoked_tokens',
        columns: [
          new TableColumn({ name: 'token_id', type: 'varchar', length: '64', isPrimary: true }),
          new TableColumn({ name: 'expires_at', ...instantType(queryRunner) }),
          new TableColumn({ name: 'revoked_at', ...instantType(queryRunner) }),
        ],
        indices: [{ name: 'revoked_tokens_expires_ix', columnNames: ['expires_at'] }],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('revoked_tokens');
  }
}
