/** A publisher or a viewer was let in. */
export interface OpenedSession {
  readonly sessionId: string;
  readonly answer: string;
  readonly entityTag: string;
}
