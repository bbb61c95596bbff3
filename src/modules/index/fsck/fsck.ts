import { setImmediate } from 'node:timers/promises';
import { storesOf, type Archive } from '../archive.js';
import { SegmentRow, SessionPart, TrackRow } from '../entities/index.js';
import { segmentPages } from '../manifests/segment-pages.js';
import { isSessionFileName, parseInitName, parseSegmentName, splitKey } from '../object-names.js';
import { adoptRowless } from './adopt-rowless.js';
import { readScope, type DirectoryScope } from './directory-scope.js';
import { FileCheck } from './file-check.js';
import type { FindingListener } from './finding.js';
import { Findings, type FsckSummary } from './findings.js';
import { ObjectCheck } from './object-check.js';
import { OrderCheck } from './order-check.js';
import { SumsCheck } from './sums-check.js';
import { ViewCheck } from './view-check.js';

export interface FsckOptions {
  /** Reads every byte of every object. */
  readonly deep: boolean;
  readonly repair: boolean;
}

/**
 * Compares rows, objects, manifests and session files of an archive that nothing records into, directory by directory:
 * what is in memory is one directory's names and one page of its rows.
 *
 * @throws {StorageUnavailableError} when a store does not answer: nothing can be said then
 * @throws {StorageCallUnsupportedError} when a store lists nothing
 */
export async function fsck(archive: Archive, options: FsckOptions, listener: FindingListener): Promise<FsckSummary> {
  const findings = new Findings(listener, options.repair);
  for (const directory of await directoriesOf(archive)) {
    findings.looked.directories += 1;
    const scope = await readScope(archive, directory);
    await checkDirectory(archive, scope, options, findings);
    await setImmediate();
  }
  await new SumsCheck(archive, findings).sessions();
  return findings.summary();
}

async function checkDirectory(
  archive: Archive,
  scope: DirectoryScope,
  { deep }: FsckOptions,
  findings: Findings,
): Promise<void> {
  const { manager } = archive.dataSource;
  const objects = new ObjectCheck(archive, scope, findings, deep);
  const order = new OrderCheck(scope, findings);
  const files = new FileCheck(archive, scope, findings);
  await objects.inits();
  for await (const page of segmentPages(manager, { directory: scope.directory })) {
    for (const row of page) {
      for (const { objectKey } of row.objects) files.know(objectKey);
      await order.segment(row);
      await objects.segment(row);
    }
  }
  await objects.end();
  findings.looked.bytesRead += objects.bytesRead;
  let adopted: Promise<void> | undefined;
  await files.run(() => (adopted ??= adoptRowless(archive, scope)));
  const settled = adopted === undefined ? scope : await readScope(archive, scope.directory);
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
