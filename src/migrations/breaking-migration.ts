import type { MigrationInterface } from 'typeorm';

/**
 * A migration that nodes of the version before cannot go on beside: what they write is refused afterwards, or they would misread
 * what is there. It is not run while one of them runs, and it has a row in docs/upgrade.md. All others leave every statement of
 * theirs possible; a test holds both.
 */
export interface BreakingMigration extends MigrationInterface {
  readonly breaksOlderNodes: true;
}
