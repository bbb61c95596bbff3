import { randomUUID } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { SHORTEST_PASSWORD, weaknessOf } from '../../../config/index.js';
import { inTransaction } from '../../../persistence/transaction.js';
import { Account } from '../entities/account.entity.js';
import { AccountExistsError, AccountNotFoundError, PasswordWeakError } from './account.errors.js';
import { hashPassword } from './password.js';

export interface WantedAccount {
  readonly username: string;
  readonly password: string;
  /** A stream, a pattern or `*`. */
  readonly scope: string;
  /** The claim `mode` of what a log-in gives. */
  readonly mode: number;
}

/** @returns by name */
export function listAccounts(manager: EntityManager): Promise<Account[]> {
  return manager.find(Account, { order: { username: 'ASC' } });
}

/** @throws {AccountExistsError | PasswordWeakError} */
export async function addAccount(
  dataSource: DataSource,
  { username, password, scope, mode }: WantedAccount,
): Promise<Account> {
  const now = new Date();
  const change = await changeTo(username, password);
  const account = Object.assign(new Account(), { ...change, username, scope, mode, createdAt: now });
  await inTransaction(dataSource, async (manager) => {
    if (await manager.existsBy(Account, { username })) throw new AccountExistsError(username);
    await manager.insert(Account, account);
  });
  return account;
}

/** What log-ins gave before is good no longer. @throws {AccountNotFoundError | PasswordWeakError} */
export async function changePassword(dataSource: DataSource, username: string, password: string): Promise<void> {
  const change = await changeTo(username, password);
  await inTransaction(dataSource, async (manager) => {
    if (!(await manager.existsBy(Account, { username }))) throw new AccountNotFoundError(username);
    await manager.update(Account, { username }, change);
  });
}

/** What log-ins gave is good no longer. @throws {AccountNotFoundError} */
export async function removeAccount(dataSource: DataSource, username: string): Promise<void> {
  await inTransaction(dataSource, async (manager) => {
    if (!(await manager.existsBy(Account, { username }))) throw new AccountNotFoundError(username);
    await manager.delete(Account, { username });
  });
}

/** @throws {PasswordWeakError} */
async function changeTo(
  username: string,
  password: string,
): Promise<Pick<Account, 'passwordHash' | 'version' | 'changedAt'>> {
  const weakness = weaknessOf(password, SHORTEST_PASSWORD, username);
  if (weakness !== undefined) throw new PasswordWeakError(weakness);
  return { passwordHash: await hashPassword(password), version: randomUUID(), changedAt: new Date() };
}
