export interface ExpectedSession {
  readonly sessionId: string;
  readonly worker: number;
}

/** Which worker a connectivity check is for, by the username fragments that sessions gave to their peers. */
export class ExpectedChecks {
  private readonly byFragment = new Map<string, ExpectedSession>();
  private readonly ofSession = new Map<string, string[]>();

  /** Besides those that the session has: after a restart the old ones serve until the new ones do. */
  add(usernameFragment: string, expected: ExpectedSession): void {
    this.byFragment.set(usernameFragment, expected);
    const fragments = this.ofSession.get(expected.sessionId) ?? [];
    this.ofSession.set(expected.sessionId, [...fragments, usernameFragment]);
  }

  sessionOf(usernameFragment: string): ExpectedSession | undefined {
    return this.byFragment.get(usernameFragment);
  }

  forget(sessionId: string): void {
    for (const fragment of this.ofSession.get(sessionId) ?? []) this.byFragment.delete(fragment);
    this.ofSession.delete(sessionId);
  }
}
