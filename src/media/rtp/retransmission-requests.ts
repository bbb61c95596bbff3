import type { ReorderRing } from './reorder-ring.js';

/** After a packet was missed: most of those that were only overtaken have come by then. */
export const FIRST_REQUEST_MS = 5;
const SHORTEST_INTERVAL_MS = 20;
const MOST_PER_PACKET = 10;
const MOST_PER_CALL = 128;

/**
 * Appends the sequence numbers of the missing packets to ask for now, oldest first, and notes that they were asked for.
 * @param from extended sequence number
 * @param to exclusive; all entries between are valid
 */
export function collectRequests(
  ring: ReorderRing,
  from: number,
  to: number,
  nowMs: number,
  roundTripMs: number,
  out: number[],
): void {
  const again = nowMs + Math.max(roundTripMs, SHORTEST_INTERVAL_MS);
  let budget = MOST_PER_CALL;
  for (let number = from; number < to && budget > 0; number++) {
    if (ring.holds(number) || ring.requestMs(number) > nowMs || ring.requests(number) >= MOST_PER_PACKET) continue;
    ring.requested(number, again);
    out.push(number & 0xffff);
    budget--;
  }
}
