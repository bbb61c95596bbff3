import type { Origin } from '../auth/ports/origin.js';

/** What of a stream may be played: all of it where nothing is said. Instants as RFC 3339. */
export interface GrantedSelection {
  readonly session?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** What a signed URL is good for, and until when. */
export interface PlaybackGrant {
  readonly stream: string;
  readonly selection: GrantedSelection;
  /** Nothing but the file of this export. */
  readonly exportId?: string | undefined;
  /** Epoch seconds. */
  readonly expiresAt: number;
  /** By whom it was given. */
  readonly origin: Origin;
}

/** @returns true for a grant of a session, or of a range of time */
export function isPartial({ selection: { session, from } }: PlaybackGrant): boolean {
  return session !== undefined || from !== undefined;
}
