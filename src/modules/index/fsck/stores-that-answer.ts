import { StorageUnavailableError } from '../../storage/storage.errors.js';
import { type Archive, type RemoteStore } from '../archive/archive.js';

const REMOTE: readonly RemoteStore[] = ['bucket', 'backup'];

/**
 * @returns the archive with the stores that answer now, and why the others do not
 * @throws {StorageCallUnsupportedError} when a store lists nothing
 */
export async function withStoresThatAnswer(archive: Archive): Promise<Archive> {
  const away = new Map<RemoteStore, string>();
  for (const name of REMOTE) {
    const reason = await whyAway(archive, name);
    if (reason !== undefined) away.set(name, reason);
  }
  return withoutStores(archive, away);
}

/** @param away why stores are not to be asked */
export function withoutStores(archive: Archive, away: ReadonlyMap<RemoteStore, string>): Archive {
  const { local, bucket, backup } = archive.stores;
  const stores = {
    local,
    bucket: away.has('bucket') ? undefined : bucket,
    backup: away.has('backup') ? undefined : backup,
  };
  return { ...archive, stores, away: new Map([...(archive.away ?? []), ...away]) };
}

async function whyAway({ stores }: Archive, name: RemoteStore): Promise<string | undefined> {
  try {
    const objects = stores[name]?.walk()[Symbol.asyncIterator]();
    await objects?.next();
    await objects?.return?.();
    return undefined;
  } catch (error) {
    if (error instanceof StorageUnavailableError) return error.message;
    throw error;
  }
}
