/** What went wrong, in words that belong to no transport. The HTTP status of each is in `platform/problem`. */
export type ErrorKind =
  | 'invalid-input'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'not-acceptable'
  | 'conflict'
  | 'gone'
  | 'precondition-failed'
  | 'precondition-required'
  | 'too-large'
  | 'unsupported'
  | 'range-not-satisfiable'
  | 'unprocessable'
  | 'rate-limited'
  | 'internal'
  | 'upstream-failed'
  | 'unavailable'
  | 'storage-full';

/**
 * A request that cannot be met. Subclasses name the case: `kind` decides the status, `code` is public and stable
 * (docs/problems.md lists them all).
 */
export abstract class AppError extends Error {
  abstract readonly kind: ErrorKind;
  abstract readonly code: string;
  /** Seconds after which trying again makes sense: becomes `Retry-After`. */
  readonly retryAfterSeconds?: number;
  /** Origin of a server that takes the same request instead: becomes a 307 to there. */
  readonly elsewhere?: string | undefined;

  /**
   * @param message one sentence for the person who made the request; becomes `detail`
   * @param facts what the sentence is about, added to the problem document as members; never a secret
   */
  constructor(
    message: string,
    readonly facts: Readonly<Record<string, string | number | boolean>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** @returns the `code` of a Node.js system error (`ENOENT`) or of an error of ours; undefined for anything else */
export function systemErrorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** @returns whether a program has failed by itself, and not what it works with: it would fail the same way at once */
export function isProgramFault(error: unknown): boolean {
  const kinds = [TypeError, RangeError, ReferenceError, SyntaxError];
  return kinds.some((kind) => error instanceof kind) && systemErrorCode(error) === undefined;
}
