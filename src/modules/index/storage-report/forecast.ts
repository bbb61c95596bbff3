const HOUR_MS = 3_600_000;

/** A shorter time says little of an hour. */
const SHORTEST_MS = 300_000;

/**
 * @param bytes recorded during the last hour
 * @param sinceMs how long ago the first of them were; when that is less than an hour recording has only begun
 * @returns bytes per hour
 */
export function hourlyRate(bytes: number, sinceMs: number): number {
  const lengthMs = Math.min(Math.max(sinceMs, SHORTEST_MS), HOUR_MS);
  return Math.round((bytes * HOUR_MS) / lengthMs);
}

/** @returns hours with one decimal, rounded down, 0 when no room is left; undefined when nothing grows */
export function forecastHours(roomBytes: number, bytesPerHour: number): number | undefined {
  if (bytesPerHour <= 0) return undefined;
  return Math.floor((Math.max(0, roomBytes) / bytesPerHour) * 10) / 10;
}
