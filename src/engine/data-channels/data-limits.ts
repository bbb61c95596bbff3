/** What one session may send on its data channels, and what is kept for it. */
export interface DataLimits {
  /** Of one message; the answer says so, and a larger one ends the session's channels. */
  readonly mostMessageBytes: number;
  readonly messagesPerSecond: number;
  readonly bytesPerSecond: number;
}

/** That a peer has not acknowledged; what comes while there is so much is dropped for it. */
export const MOST_BUFFERED_BYTES = 1024 * 1024;
