import { PermissionDeniedError } from '../auth.errors.js';
import { NO_ORIGIN } from './origin.js';
import { ALL_RIGHTS, type Right } from './right.js';
import { StreamScope } from './stream-scope.js';

/** How a caller showed who it is: not at all (nobody has to), by a configured token, by a JWT, of which `login` is that of a log-in, or by a signed URL. */
export type CallerKind = 'anyone' | 'token' | 'jwt' | 'login' | 'signed-url';

/** Who asks, and what that one may do with which streams. */
export class Caller {
  /** When nobody has to show who one is. */
  static readonly ANYONE = new Caller('anyone', 'anyone', StreamScope.ALL, ALL_RIGHTS);

  private readonly rights: ReadonlySet<Right>;

  /**
   * @param subject a name for logs: of the account, of the token's `sub` or `id`; never a secret
   * @param scope the streams that `rights` are for
   * @param expiresAtMs epoch milliseconds; what is given out in the caller's name is good no longer
   * @param origin of what is given out in the caller's name
   */
  constructor(
    readonly kind: CallerKind,
    readonly subject: string,
    readonly scope: StreamScope,
    rights: readonly Right[],
    readonly expiresAtMs = Infinity,
    readonly origin = NO_ORIGIN,
  ) {
    this.rights = new Set(rights);
  }

  /** @returns whether one of the rights is had on this stream */
  may(wanted: readonly Right[], stream: string): boolean {
    return this.mayOnSome(wanted) && this.scope.has(stream);
  }

  /** @returns whether one of the rights is had on every stream, and with it for what belongs to none */
  mayOnAll(wanted: readonly Right[]): boolean {
    return this.mayOnSome(wanted) && this.scope.isAll;
  }

  /** @returns whether one of the rights is had on some stream */
  mayOnSome(wanted: readonly Right[]): boolean {
    return wanted.some((right) => this.rights.has(right));
  }

  /** @returns whether the other may do everything that this one may */
  isWithin(other: Caller): boolean {
    const { name, text } = this.scope;
    return [...this.rights].every((right) => {
      if (name !== undefined) return other.may([right], name);
      return other.mayOnSome([right]) && (other.scope.isAll || other.scope.text === text);
    });
  }

  /** @throws {PermissionDeniedError} when one of the rights is not had on every stream */
  requireEach(wanted: readonly Right[]): void {
    const lacking = wanted.filter((right) => !this.mayOnAll([right]));
    if (lacking.length > 0) throw new PermissionDeniedError(lacking);
  }

  /** @throws {PermissionDeniedError} when the right is not had on this stream */
  require(right: Right, stream: string): void {
    if (!this.may([right], stream)) throw new PermissionDeniedError([right]);
  }
}
