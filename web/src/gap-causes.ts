const CAUSES: Readonly<Record<string, string>> = {
  'publisher-away': 'publisher away',
  'not-recorded': 'nothing recorded',
  lost: 'recording lost',
};

/** @returns why something is missing, in words */
export function causeName(cause: string): string {
  return CAUSES[cause] ?? cause;
}
