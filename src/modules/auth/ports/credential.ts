import { createHash, timingSafeEqual } from 'node:crypto';
import { bearerTokenOf, type Bearer } from '../strategies/bearer.js';

/** With what something was begun that goes on after the request: whoever shows the same may end it. */
export class Credential {
  private readonly digest: Buffer;

  /** @param token of which a digest is kept */
  constructor(
    readonly bearer: Bearer,
    token: string,
  ) {
    this.digest = digestOf(token);
  }

  /** Whose what was begun counts as: of an account all log-ins are one. */
  get holder(): string {
    const { kind, subject } = this.bearer.caller;
    return kind === 'login' ? `account ${subject}` : `token ${this.digest.toString('base64')}`;
  }

  /** @param authorization the header of that name */
  isShownBy(authorization: string | undefined): boolean {
    const token = bearerTokenOf({ headers: { authorization } });
    return token !== null && timingSafeEqual(digestOf(token), this.digest);
  }
}

/** Knows with what credentials something was begun. */
export abstract class CredentialKeeper {
  /** @returns undefined where there is no such thing, or nobody had to show who one is */
  abstract credentialOf(id: string): Credential | undefined;
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
