export interface FsckOptions {
  /** Reads every byte of every object. */
  readonly deep: boolean;
  readonly repair: boolean;
  /** Also when a store has nothing of what the rows name. */
  readonly evenIfEmpty?: boolean;
  /** Marks the storages as this database's, whosever they were. */
  readonly adopt?: boolean;
}
