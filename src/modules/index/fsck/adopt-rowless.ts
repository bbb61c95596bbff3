import { inTransaction } from '../../../persistence/transaction.js';
import { parseObjectKey, type ObjectKey } from '../../storage/ports/object-key.js';
import type { Archive } from '../archive/archive.js';
import { RecordingSession } from '../entities/index.js';
import { parseSessionFileName, splitKey } from '../directories/object-names.js';
import { adoptMedia } from '../reindex/adopt-media.js';
import { importSessionFile } from '../reindex/import-session-file.js';
import { findSessionFile } from '../reindex/find-session-file.js';
import { setAside } from '../reindex/set-aside.js';
import { settleDirectory } from '../reindex/settle-directory.js';
import type { DirectoryScope } from './directory-scope.js';

/**
 * Makes rows of what lies in a directory without any and is to have some: by session files first, then by the media itself.
 * A session file that cannot be read, of a session that nothing is known of, is set aside.
 */
export async function adoptRowless(archive: Archive, scope: DirectoryScope): Promise<void> {
  const { directory, parts, openFromNumber, left } = scope;
  const isWanted = async (key: ObjectKey): Promise<boolean> =>
    !left.has(splitKey(key).name) && !(await archive.outbox.isOrdered('delete', key));
  const known = new Set(parts.map(({ sessionId }) => sessionId));
  const { local } = archive.stores;
  for (const name of new Set([scope.local, scope.bucket, scope.backup].flatMap((one) => [...(one?.keys() ?? [])]))) {
    const key = parseObjectKey(`${directory}/${name}`);
    const id = parseSessionFileName(name);
    if (id === undefined || known.has(id) || !(await isWanted(key))) continue;
    const file = await findSessionFile(archive, key);
    if (file === 'unreadable') {
      const isRowless = !(await archive.dataSource.manager.existsBy(RecordingSession, { id }));
      if (isRowless && scope.local.has(name)) await setAside(local, key);
      continue;
    }
    if (file === undefined) continue;
    await inTransaction(archive.dataSource, async (manager) => {
      await importSessionFile(manager, archive, scope, file, false);
      const starts = new Map(file.partStartedAt === null ? [] : [[file.session.id, file.partStartedAt]]);
      await settleDirectory(manager, archive, directory, starts);
    });
  }
  await adoptMedia(archive, directory, async (key, number) => {
    return number < openFromNumber && (await isWanted(key));
  });
}
