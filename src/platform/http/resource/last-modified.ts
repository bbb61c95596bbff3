/**
 * The value of Last-Modified, which knows whole seconds only. Within the second of the change it is that second, later the
 * next one: so two states that followed each other in one second never have the same date once the second is over, and a
 * date that lies after the change names one state alone (RFC 9110 section 8.8.2.2).
 *
 * @param modifiedMs @param nowMs wall clock
 * @returns milliseconds, a multiple of 1000
 */
export function lastModifiedMs(modifiedMs: number, nowMs: number): number {
  const after = Math.ceil(modifiedMs / 1000) * 1000;
  return after <= nowMs ? after : after - 1000;
}
