import { createHash } from 'node:crypto';
import type { CalendarDay } from '../../../shared/calendar-day.js';

const VERSION_8 = 0x80;
const VARIANT = 0x80;

/** @returns the id of a stream's day: the same one whenever the index is built again. A UUID of version 8 (RFC 9562) */
export function recordingId(stream: string, { year, month, day }: CalendarDay): string {
  const bytes = createHash('sha256')
    .update(JSON.stringify([stream, year, month, day]))
    .digest()
    .subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | VERSION_8;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | VARIANT;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
