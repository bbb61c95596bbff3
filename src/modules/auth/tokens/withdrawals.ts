import { Injectable } from '@nestjs/common';
import { AccountsService } from '../accounts/accounts.service.js';
import type { Bearer } from '../strategies/bearer.js';
import { RevokedTokens } from './revoked-tokens.js';

/** What ends tokens before their time. */
@Injectable()
export class Withdrawals {
  constructor(
    private readonly revoked: RevokedTokens,
    private readonly accounts: AccountsService,
  ) {}

  /** @returns true for a token that was revoked, and for one of a log-in whose account is gone or has another password */
  has({ tokenId, login }: Bearer): boolean {
    if (tokenId !== undefined && this.revoked.has(tokenId)) return true;
    return login !== undefined && !this.accounts.isCurrent(login);
  }
}
