import { Injectable } from '@nestjs/common';
import { AccountsService } from '../accounts/accounts.service.js';
import type { Caller } from '../ports/caller.js';
import type { Bearer } from '../strategies/bearer.js';
import { RevokedTokens } from './revoked-tokens.js';

/** What ends tokens before their time, and what was made with them. */
@Injectable()
export class Withdrawals {
  constructor(
    private readonly revoked: RevokedTokens,
    private readonly accounts: AccountsService,
  ) {}

  /** @returns true for a token that was revoked, and for one of a log-in whose account is gone or has another password */
  has({ caller, login }: Bearer): boolean {
    return this.hasOriginOf(caller) || (login !== undefined && !this.accounts.isCurrent(login));
  }

  /**
   * @returns true for what was made with a token that was revoked, or by an account that is gone, has another password or may
   * not do as much any more
   */
  hasOriginOf(caller: Caller): boolean {
    const { accountVersion, tokenIds } = caller.origin;
    if (tokenIds.some((id) => this.revoked.has(id))) return true;
    return accountVersion !== undefined && !this.accounts.mayAsMuchAs(accountVersion, caller);
  }
}
