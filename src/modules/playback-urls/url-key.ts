import { createSecretKey, hkdfSync, randomBytes, type KeyObject } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { insertRows } from '../../persistence/insert-rows.js';
import { inTransaction } from '../../persistence/transaction.js';
import { SigningKeyRow } from './entities/signing-key.entity.js';

const PURPOSE = 'playback-urls';
const KEY_BYTES = 32;

/** @returns a key of its own, from which nobody finds out the secret that also signs tokens (RFC 5869) */
export function keyOfSecret(secret: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', `aircheck ${PURPOSE}`, KEY_BYTES)));
}

/** @returns the key that the database keeps, made at the first time: servers of one database have the same */
export async function keptKey(dataSource: DataSource): Promise<KeyObject> {
  const made = Object.assign(new SigningKeyRow(), {
    purpose: PURPOSE,
    secretText: randomBytes(KEY_BYTES).toString('base64url'),
    createdAt: new Date(),
  });
  const { secretText } = await inTransaction(dataSource, async (manager) => {
    await insertRows(manager, SigningKeyRow, [made], 'DO NOTHING');
    return manager.findOneByOrFail(SigningKeyRow, { purpose: PURPOSE });
  });
  return createSecretKey(Buffer.from(secretText, 'base64url'));
}
