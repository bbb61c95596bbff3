import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, isArgon2Hash, type AppConfig } from '../../../config/index.js';
import { WrongCredentialsError } from '../auth.errors.js';
import { hashPassword, isPassword } from './password.js';

/** Who may log in. */
@Injectable()
export class AccountsService {
  /** Each with a hash, the plain ones too, and one for who has no account: every answer takes as long as the others. */
  private readonly hashes: ReadonlyMap<string, Promise<string>>;
  private readonly nobodys = hashPassword('');

  constructor(@Inject(APP_CONFIG) { auth }: AppConfig) {
    this.hashes = new Map(
      auth.accounts.map(({ username, password }) => [
        username,
        isArgon2Hash(password) ? Promise.resolve(password) : hashPassword(password),
      ]),
    );
  }

  /** @throws {WrongCredentialsError} which does not tell which of the two is wrong */
  async check(username: string, password: string): Promise<void> {
    const hash = this.hashes.get(username);
    const isRight = await isPassword(password, await (hash ?? this.nobodys));
    if (!isRight || hash === undefined) throw new WrongCredentialsError();
  }
}
