import { buffer } from 'node:stream/consumers';
import { inTransaction } from '../../../persistence/transaction.js';
import { parseObjectKey, type ObjectKey } from '../../storage/ports/object-key.js';
import { findStore, type Archive } from '../archive.js';
import { isSessionFileName, sessionFileName, splitKey } from '../object-names.js';
import { adoptMedia } from '../reindex/adopt-media.js';
import { importSessionFile } from '../reindex/import-session-file.js';
import { readSessionFile } from '../reindex/session-file-rows.js';
import { settleDirectory } from '../reindex/settle-directory.js';
import type { DirectoryScope } from './directory-scope.js';

/** Makes rows of what lies in a directory without any and is to have some: by session files first, then by the media itself. */
export async function adoptRowless(archive: Archive, scope: DirectoryScope): Promise<void> {
  const { directory, parts, openFromNumber, left } = scope;
  const isWanted = async (key: ObjectKey): Promise<boolean> =>
    !left.has(splitKey(key).name) && !(await archive.outbox.isOrdered('delete', key));
  const known = new Set(parts.map(({ sessionId }) => sessionFileName(sessionId)));
  for (const name of new Set([scope.local, scope.bucket, scope.backup].flatMap((one) => [...(one?.keys() ?? [])]))) {
    const key = parseObjectKey(`${directory}/${name}`);
    if (!isSessionFileName(name) || known.has(name) || !(await isWanted(key))) continue;
    const store = await findStore(archive.stores, key);
    const file = store && readSessionFile(await buffer(await store.get(key)), directory);
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
