import { bodyOf } from '../../storage/ports/body-of.js';
import type { ObjectKey } from '../../storage/ports/object-key.js';
import type { Archive } from '../archive/archive.js';

/** Replaces a manifest, playlist or session file in the folder, and has it uploaded. */
export async function writeView({ stores, outbox }: Archive, key: ObjectKey, body: Buffer): Promise<void> {
  await stores.local.put(key, bodyOf(body));
  await outbox.uploadView(key);
}
