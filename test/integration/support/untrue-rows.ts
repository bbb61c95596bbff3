import type { RepairedFinding } from '../../../src/modules/index/fsck/finding.js';
import { fsck } from '../../../src/modules/index/fsck/fsck.js';
import { OutboxService } from '../../../src/modules/storage/outbox.service.js';
import { Stores } from '../../../src/modules/storage/ports/stores.js';
import type { IndexFixture } from './index-fixture.js';

/** @returns what fsck has to say of rows, manifests and session files; inits have no bytes in these tests */
export async function untrueRows({ app, dataSource }: IndexFixture): Promise<string[]> {
  const archive = {
    dataSource,
    stores: app.get(Stores),
    outbox: app.get(OutboxService),
    timeZone: 'UTC',
    segmentDurationMs: 6000,
  };
  const findings: RepairedFinding[] = [];
  const listener = { finding: (one: RepairedFinding) => findings.push(one), note: () => undefined };
  await fsck(archive, { deep: false, repair: false, evenIfEmpty: true }, listener);
  return findings.filter(({ kind }) => kind !== 'object-missing').map(({ kind, message }) => `${kind}: ${message}`);
}
