import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Account } from '../entities/account.entity.js';
import { addAccount, changePassword, listAccounts, removeAccount, type WantedAccount } from './account-rows.js';

/** How soon what another node changed holds here too. */
const REFRESH_EVERY_MS = 10_000;

/** The accounts of the database, in memory: each request of somebody who logged in asks. */
@Injectable()
export class KeptAccounts implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(KeptAccounts.name);
  private accounts: ReadonlyMap<string, Account> = new Map();
  private versions: ReadonlyMap<string, Account> = new Map();
  private timer: NodeJS.Timeout | undefined;
  /** Reads that were begun, and the latest of those whose outcome was taken. */
  private begun = 0;
  private taken = 0;

  constructor(private readonly dataSource: DataSource) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.read();
    this.timer = setInterval(() => void this.refresh(), REFRESH_EVERY_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** By name. */
  get all(): readonly Account[] {
    return [...this.accounts.values()];
  }

  find(username: string): Account | undefined {
    return this.accounts.get(username);
  }

  /** @param version which it has until its password is another */
  findByVersion(version: string): Account | undefined {
    return this.versions.get(version);
  }

  /** @throws {AccountExistsError} */
  async add(wanted: WantedAccount): Promise<Account> {
    const account = await addAccount(this.dataSource, wanted);
    await this.read();
    return account;
  }

  /** @throws {AccountNotFoundError} */
  async changePassword(username: string, password: string): Promise<void> {
    await changePassword(this.dataSource, username, password);
    await this.read();
  }

  /** @throws {AccountNotFoundError} */
  async remove(username: string): Promise<void> {
    await removeAccount(this.dataSource, username);
    await this.read();
  }

  private async refresh(): Promise<void> {
    try {
      await this.read();
    } catch (error) {
      this.logger.warn({ err: error }, 'Accounts that were changed elsewhere could not be read; what was known stays.');
    }
  }

  /** Has it know at once what others changed; of several reads what was begun later knows more. */
  async read(): Promise<void> {
    this.begun += 1;
    const number = this.begun;
    const rows = await listAccounts(this.dataSource.manager);
    if (number < this.taken) return;
    this.taken = number;
    this.accounts = new Map(rows.map((row) => [row.username, row]));
    this.versions = new Map(rows.map((row) => [row.version, row]));
  }
}
