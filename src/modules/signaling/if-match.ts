/** What an `If-Match` header (RFC 9110 section 13.1.1) says about the session it was sent to. */
export type IfMatch = 'absent' | 'any' | 'current' | 'other';

/**
 * @param header as received; some clients quote the asterisk
 * @param current the session's strong entity tag with its quotes
 */
export function readIfMatch(header: string | undefined, current: string): IfMatch {
  if (header === undefined) return 'absent';
  const tags = header.split(',').map((tag) => tag.trim());
  if (tags.includes('*') || tags.includes('"*"')) return 'any';
  return tags.includes(current) ? 'current' : 'other';
}
