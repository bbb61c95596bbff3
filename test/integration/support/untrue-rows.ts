import type { RepairedFinding } from '../../../src/modules/index/fsck/finding.js';
import { fsck } from '../../../src/modules/index/fsck/fsck.js';
import { OutboxService } from '../../../src/modules/storage/outbox.service.js';
import { OwnershipService } from '../../../src/modules/storage/ownership.service.js';
import { Stores } from '../../../src/modules/storage/ports/stores.js';
import type { IndexFixture } from './index-fixture.js';

const WITHOUT_BYTES = ['object-missing', 'storage-mark-missing'];

/** @returns what fsck has to say of rows, manifests and session files; media has no bytes in these tests */
export async function untrueRows({ app, dataSource }: IndexFixture): Promise<string[]> {
  const archive = {
    dataSource,
    stores: app.get(Stores),
    ownership: app.get(OwnershipService),
    outbox: app.get(OutboxService),
    timeZone: 'UTC',
    segmentDurationMs: 6000,
  };
  const findings: RepairedFinding[] = [];
  const listener = { finding: (one: RepairedFinding) => findings.push(one), note: () => undefined };
  await fsck(archive, { deep: false, repair: false, evenIfEmpty: true }, listener);
  return findings.filter(({ kind }) => !WITHOUT_BYTES.includes(kind)).map(({ kind, message }) => `${kind}: ${message}`);
}
