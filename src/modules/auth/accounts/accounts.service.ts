import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../../config/index.js';
import { WrongCredentialsError } from '../auth.errors.js';
import { hashPassword, isPassword } from './password.js';

/** Who may log in. */
@Injectable()
export class AccountsService {
  private readonly accounts: ReadonlyMap<string, string>;
  /** Stands in for the password of who has no account, so that an answer takes as long as with one. */
  private readonly nobodys = hashPassword('');

  constructor(@Inject(APP_CONFIG) { auth }: AppConfig) {
    this.accounts = new Map(auth.accounts.map(({ username, password }) => [username, password]));
  }

  /** @throws {WrongCredentialsError} which does not tell which of the two is wrong */
  async check(username: string, password: string): Promise<void> {
    const stored = this.accounts.get(username);
    const isRight = await isPassword(password, stored ?? (await this.nobodys));
    if (!isRight || stored === undefined) throw new WrongCredentialsError();
  }
}
