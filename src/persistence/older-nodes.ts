import { setTimeout } from 'node:timers/promises';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A node that was not seen for so long is not running: it says so every 10 s. */
export const ALIVE_MS = 30_000;
const LOOK_EVERY_MS = 1000;

/** Nodes of the version before run, which a migration would break. */
export class OlderNodesRunError extends Error {
  override readonly name = 'OlderNodesRunError';

  constructor(migrations: readonly string[], aliases: readonly string[]) {
    const running = `${aliases.join(', ')} ${aliases.length > 1 ? 'run' : 'runs'}`;
    super(
      `nodes of the version before cannot go on beside ${migrations.join(', ')}, and ${running}: stop all of them first (on Kubernetes: scale the StatefulSet to 0), then begin again; docs/upgrade.md says how.`,
    );
  }
}

/** @returns whether a migration says of itself that nodes of the version before cannot go on beside it */
export function breaksOlderNodes(migration: MigrationInterface | undefined): boolean {
  return migration !== undefined && 'breaksOlderNodes' in migration && migration.breaksOlderNodes === true;
}

/**
 * Waits until those that were seen lately cannot be running any more: {@link ALIVE_MS} at most, and no time where there are none. One
 * that has just been stopped is told by that from one that runs, which beats again.
 *
 * @param migrations names of those that break older nodes
 * @throws {OlderNodesRunError} as soon as one beats
 */
export async function assertNoneRuns(queryRunner: QueryRunner, migrations: readonly string[]): Promise<void> {
  const untilMs = performance.now() + ALIVE_MS;
  const before = await seenLately(queryRunner);
  let now = before;
  while (now.size > 0 && performance.now() < untilMs) {
    await setTimeout(LOOK_EVERY_MS);
    now = await seenLately(queryRunner);
    const running = [...now].filter(([alias, atMs]) => atMs !== before.get(alias)).map(([alias]) => alias);
    if (running.length > 0) throw new OlderNodesRunError(migrations, running);
  }
}

/** @returns when, by alias, in epoch milliseconds of the nodes' own clocks */
async function seenLately(queryRunner: QueryRunner): Promise<ReadonlyMap<string, number>> {
  if (!(await queryRunner.hasTable('nodes'))) return new Map();
  const since = new Date(Date.now() - ALIVE_MS).toISOString();
  const rows = (await queryRunner.query(
    'SELECT "alias", "last_seen_at" AS "seenAt" FROM "nodes" WHERE "last_seen_at" > $1 ORDER BY "alias"',
    [since],
  )) as { alias: string; seenAt: Date }[];
  return new Map(rows.map(({ alias, seenAt }) => [alias, seenAt.getTime()]));
}
