/** What a session's row says before its first media. */
export const EMPTY_SESSION = {
  firstMediaMs: null,
  endMs: 0,
  durationMs: 0,
  sizeBytes: 0,
  segmentCount: 0,
  nextPeriod: 0,
  gapCount: 0,
  gapMs: 0,
  unrecorded: null,
  heldAt: null,
  syncState: null,
  publishedAt: null,
} as const;
