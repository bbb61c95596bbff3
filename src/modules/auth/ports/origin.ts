/** By whom something was made that is good for a time, such as a token: it is good no longer than that one is. */
export interface Origin {
  /** `version` of the account whose log-in made it, or made the token that did; undefined where it was no account. */
  readonly accountVersion: string | undefined;
  /** The tokens that it was made with, the first one first, by what they are revoked by: see `tokens/revocation-id`. */
  readonly tokenIds: readonly string[];
}

export const NO_ORIGIN: Origin = { accountVersion: undefined, tokenIds: [] };
