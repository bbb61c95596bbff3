/** What this program was made from. The type is the token that it is asked for by. */
export abstract class Build {
  abstract readonly version: string;
  /** Of the commit, where the package says it; empty otherwise. */
  abstract readonly gitHash: string;
  /** RFC 3339. */
  abstract readonly buildTime: string;
}
