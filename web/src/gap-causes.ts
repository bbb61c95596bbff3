const CAUSES: Readonly<Record<string, string>> = {
  'publisher-away': 'publisher away',
  'not-recorded': 'nothing recorded',
  lost: 'recording lost',
  deleted: 'deleted on request',
  expired: 'deleted by retention',
};

/** @returns why something is missing, in words */
export function causeName(cause: string): string {
  return CAUSES[cause] ?? cause;
}
