import { IsNull, Not, type EntityManager } from 'typeorm';
import { inTransaction } from '../../../persistence/transaction.js';
import { parseObjectKey, type ObjectKey } from '../../storage/ports/object-key.js';
import { storesOf, type Archive } from '../archive/archive.js';
import {
  CompletenessRow,
  GapRow,
  GapSumRow,
  LeftPart,
  Recording,
  RecordingSession,
  SegmentRow,
  SessionPart,
  TrackRow,
} from '../entities/index.js';
import { readScope } from '../fsck/directory-scope.js';
import { Findings } from '../fsck/findings.js';
import { ViewCheck } from '../fsck/view-check.js';
import { LeftMedia } from '../deletion/left-media.js';
import { isSessionFileName, parseSegmentName, splitKey } from '../directories/object-names.js';
import { assertStoragePresent } from '../archive/storage-presence.js';
import { adoptMedia } from './adopt-media.js';
import { findSessionFile } from './find-session-file.js';
import { findUnowned } from './find-unowned.js';
import { SessionImport } from './session-import.js';

/** Tables that are made from the storage. Nodes, orders to delete and names that are used up are not in it. */
const REBUILT = [SegmentRow, TrackRow, SessionPart, GapRow, GapSumRow, CompletenessRow, Recording, RecordingSession];

export interface ReindexSummary {
  readonly sessions: number;
  readonly segments: number;
  /** Segments of which no session file told, made from the media itself. */
  readonly adopted: number;
  /** Segments and init objects that a session file names and no store has whole. */
  readonly lost: number;
  /** What sessions have in directories, deleted without its objects: it was left out. */
  readonly left: number;
  /** Session files that could not be read. */
  readonly unreadable: readonly string[];
  /** What holds no media, as it is called now. */
  readonly quarantined: readonly string[];
}

/** @returns how many rows a reindex would replace, by table */
export async function countRows({ dataSource }: Archive): Promise<{ sessions: number; segments: number }> {
  const { manager } = dataSource;
  return { sessions: await manager.count(RecordingSession), segments: await manager.count(SegmentRow) };
}

export interface ReindexOptions {
  /** Makes rows also of what was deleted without its objects. */
  readonly takeBack?: boolean;
  /** Also when the storage has nothing of what the rows name. */
  readonly evenIfEmpty?: boolean;
  /** Marks the storages as this database's, whosever they were. */
  readonly adopt?: boolean;
  /** Told when rows that are there are about to go. */
  readonly beforeReplacing?: () => void;
}

/**
 * Builds the index from storage alone: from session files first, from media where there is none. What is ordered to be
 * deleted is left out, and as far as the database still knows it what was deleted without its objects. Rows that are there
 * are replaced. A database without any takes over the id of who had the storage before.
 *
 * @throws {StorageForeignError | StorageMarkMissingError} unless the storage is to be adopted; nothing was changed
 * @throws {StorageEmptyError} when the storage cannot be the one that the rows are about; they are left as they are
 * @throws {StorageUnavailableError}
 * @throws {StorageCallUnsupportedError} when a store lists nothing; the rows are left as they are
 */
export async function reindex(
  archive: Archive,
  { takeBack = false, evenIfEmpty = false, adopt = false, beforeReplacing }: ReindexOptions = {},
): Promise<ReindexSummary> {
  const { dataSource } = archive;
  const directories = await directoriesOf(archive);
  if (!evenIfEmpty) await assertStoragePresent(archive);
  const { sessions, segments } = await countRows(archive);
  if (sessions + segments === 0) await archive.ownership.takeOverId();
  const unowned = await findUnowned(archive, { evenIfEmpty, adopt });
  beforeReplacing?.();
  await inTransaction(dataSource, async (manager) => {
    for (const entity of takeBack ? [...REBUILT, LeftPart] : REBUILT)
      await manager.createQueryBuilder().delete().from(entity).execute();
  });
  await archive.outbox.forget();
  for (const place of unowned) await archive.ownership.adopt(place);
  const imports = new SessionImport(archive);
  const unreadable: string[] = [];
  const quarantined: string[] = [];
  let adopted = 0;
  const { manager } = dataSource;
  for (const [directory, files] of directories) {
    const leftMedia = await LeftMedia.of(manager, directory);
    const isWanted = async (key: ObjectKey): Promise<boolean> =>
      !leftMedia.has(splitKey(key).name) && !(await archive.outbox.isOrdered('delete', key));
    for (const name of files) {
      const key = parseObjectKey(`${directory}/${name}`);
      const file = (await isWanted(key)) ? await findSessionFile(archive, key) : undefined;
      if (file === 'unreadable') unreadable.push(key);
      else if (file !== undefined) await imports.take(file);
    }
    const adoption = await adoptMedia(archive, directory, isWanted);
    adopted += adoption.segments;
    for (const key of adoption.quarantined) quarantined.push(key);
  }
  await imports.end();
  await writeViews(archive, [...directories.keys()]);
  const left = await manager.count(LeftPart);
  return { ...(await countRows(archive)), adopted, lost: await countLost(manager), left, unreadable, quarantined };
}

async function countLost(manager: EntityManager): Promise<number> {
  const segments = await manager.countBy(SegmentRow, [{ state: 'lost' }, { lostTracks: Not(IsNull()) }]);
  const inits = await manager
    .createQueryBuilder(TrackRow, 'track')
    .select('COUNT(DISTINCT track.initObjectKey)', 'count')
    .where('track.lostAt IS NOT NULL')
    .getRawOne<{ count: number | string }>();
  return segments + Number(inits?.count ?? 0);
}

/** @returns names of the session files by directory, of every directory with media or such a file, sorted */
async function directoriesOf({ stores }: Archive): Promise<Map<string, ReadonlySet<string>>> {
  const found = new Map<string, Set<string>>();
  for (const store of storesOf(stores)) {
    for await (const { key } of store.walk()) {
      const { directory, name } = splitKey(key);
      const isFile = isSessionFileName(name);
      if (directory === '' || (!isFile && parseSegmentName(name) === undefined)) continue;
      const files = found.get(directory) ?? new Set<string>();
      found.set(directory, isFile ? files.add(name) : files);
    }
  }
  return new Map([...found].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** What has ended is told by its files from now on; what has not, the next start takes up again. */
async function writeViews(archive: Archive, directories: readonly string[]): Promise<void> {
  for (const directory of directories) {
    const findings = new Findings({ finding: () => undefined, note: () => undefined }, true);
    await new ViewCheck(archive, await readScope(archive, directory), findings).run();
  }
}
