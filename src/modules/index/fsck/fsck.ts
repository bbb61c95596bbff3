import { setImmediate } from 'node:timers/promises';
import { storesOf, type Archive } from '../archive/archive.js';
import { SegmentRow, SessionPart, TrackRow } from '../entities/index.js';
import { segmentPages } from '../manifests/segment-pages.js';
import { isSessionFileName, parseInitName, parseSegmentName, splitKey } from '../directories/object-names.js';
import { assertStoragePresent } from '../archive/storage-presence.js';
import { CopyFinder } from './copies.js';
import { readScope } from './directory-scope.js';
import { FileCheck } from './file-check.js';
import type { FindingListener } from './finding.js';
import { Findings, type FsckSummary } from './findings.js';
import type { FsckOptions } from './fsck-options.js';
import { InitCheck } from './init-check.js';
import { OrderCheck } from './order-check.js';
import { checkOwners } from './owner-check.js';
import { SegmentCheck } from './segment-check.js';
import { withStoresThatAnswer } from './stores-that-answer.js';
import { SumsCheck } from './sums-check.js';
import { ViewCheck } from './view-check.js';

/**
 * Compares rows, objects, manifests and session files of an archive that nothing records into, directory by directory:
 * what is in memory is one directory's names, one page of its rows and with `repair` what was found there. A bucket that does not answer is done without: what
 * it alone may have is not judged, and neither is one that is another database's.
 *
 * @throws {StorageForeignError | StorageMarkMissingError} when such a storage is to be repaired
 * @throws {StorageEmptyError} when a store cannot be the one that the rows are about
 * @throws {StorageUnavailableError} when a store answers no more
 * @throws {StorageCallUnsupportedError} when a store lists nothing
 */
export async function fsck(given: Archive, options: FsckOptions, listener: FindingListener): Promise<FsckSummary> {
  const findings = new Findings(listener, options.repair);
  const archive = await checkOwners(await withStoresThatAnswer(given), options, findings);
  if (archive === undefined) return findings.summary(new Map(), options.deep);
  if (options.evenIfEmpty !== true) await assertStoragePresent(archive);
  for (const directory of await directoriesOf(archive)) {
    findings.looked.directories += 1;
    await checkDirectory(archive, directory, options.deep, findings);
    // What is repaired has been read: names and lengths tell the rest.
    await findings.confirm((again) => checkDirectory(archive, directory, false, again));
    await setImmediate();
  }
  await new SumsCheck(archive, findings).sessions();
  await findings.confirm((again) => new SumsCheck(archive, again).sessions());
  return findings.summary(archive.away ?? new Map(), options.deep);
}

async function checkDirectory(archive: Archive, directory: string, isDeep: boolean, findings: Findings): Promise<void> {
  const scope = await readScope(archive, directory);
  const copies = new CopyFinder(archive, scope, isDeep);
  const files = new FileCheck(archive, scope, findings);
  await new InitCheck(archive, scope, findings, copies).run();
  const segments = new SegmentCheck(archive, scope, findings, copies);
  const order = new OrderCheck(scope, findings);
  for await (const page of segmentPages(archive.dataSource.manager, { directory })) {
    for (const row of page) {
      for (const { objectKey } of row.objects) files.know(objectKey);
      await order.segment(row);
      await segments.check(row);
    }
  }
  findings.looked.bytesRead += copies.bytesRead;
  await files.run();
  const settled = files.hasAdopted ? await readScope(archive, directory) : scope;
  await new SumsCheck(archive, findings).parts(settled);
  await new ViewCheck(archive, settled, findings).run();
}

/** Those that rows name, and those in the stores with media in them, sorted. */
async function directoriesOf({ dataSource, stores }: Archive): Promise<string[]> {
  const directories = new Set<string>();
  for (const entity of [SessionPart, TrackRow, SegmentRow]) {
    const rows = await dataSource.manager
      .createQueryBuilder(entity, 'row')
      .select('DISTINCT row.directory', 'directory')
      .getRawMany<{ directory: string }>();
    for (const { directory } of rows) directories.add(directory);
  }
  for (const store of storesOf(stores)) {
    for await (const { key } of store.walk()) {
      const { directory, name } = splitKey(key);
      if (directory !== '' && isOurs(name)) directories.add(directory);
    }
  }
  return [...directories].sort();
}

function isOurs(name: string): boolean {
  return parseSegmentName(name) !== undefined || parseInitName(name) !== undefined || isSessionFileName(name);
}
