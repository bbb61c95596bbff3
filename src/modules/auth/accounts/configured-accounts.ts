import { createHmac } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, isArgon2Hash, type AppConfig } from '../../../config/index.js';
import { SigningKey } from '../tokens/signing-key.js';
import { hashPassword } from './password.js';

interface ConfiguredAccount {
  readonly username: string;
  readonly hash: Promise<string>;
  /** Another one when the configuration has another password. */
  readonly version: string;
}

/** Those of `auth.accounts`. Each has a hash, the plain ones too: every answer takes as long as the others. */
@Injectable()
export class ConfiguredAccounts {
  private readonly accounts: ReadonlyMap<string, ConfiguredAccount>;
  private readonly versions: ReadonlySet<string>;

  constructor(@Inject(APP_CONFIG) { auth }: AppConfig, { key }: SigningKey) {
    this.accounts = new Map(
      auth.accounts.map(({ username, password }) => {
        const hash = isArgon2Hash(password) ? Promise.resolve(password) : hashPassword(password);
        const mac = createHmac('sha256', key).update(JSON.stringify(['account', username, password]));
        return [username, { username, hash, version: mac.digest('base64url') }];
      }),
    );
    this.versions = new Set([...this.accounts.values()].map(({ version }) => version));
  }

  get usernames(): readonly string[] {
    return [...this.accounts.keys()];
  }

  get hashes(): readonly Promise<string>[] {
    return [...this.accounts.values()].map(({ hash }) => hash);
  }

  hasVersion(version: string): boolean {
    return this.versions.has(version);
  }

  find(username: string): ConfiguredAccount | undefined {
    return this.accounts.get(username);
  }
}
