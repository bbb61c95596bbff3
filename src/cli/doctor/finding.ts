/** `note`: good to know; `warning`: works and should not stay so; `problem`: something will not work. */
export type Severity = 'ok' | 'note' | 'warning' | 'problem';

/** What one look has come to. */
export interface Finding {
  /** Stable name, for programs: `udp-ports`. */
  readonly check: string;
  readonly severity: Severity;
  /** One sentence without credentials: what is there. */
  readonly message: string;
  /** What to do about it, as a person would do it. */
  readonly remedy?: string;
  /** What was measured, by names that carry their unit. */
  readonly measured?: Readonly<Record<string, number>>;
}

/** @returns why something failed, in the words of whoever said so */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join(', ');
  if (!(error instanceof Error)) return String(error);
  // Node's `fetch` says what happened in the cause alone.
  return error.message === 'fetch failed' && error.cause !== undefined ? reasonOf(error.cause) : error.message;
}
