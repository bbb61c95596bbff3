/** One of the recording sessions that a recorder fills one after another. */
export interface RecordedSession {
  readonly id: string;
  /** Recording time at session time 0. */
  readonly originMs: number;
}
