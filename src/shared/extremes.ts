/** Rows of a day are more than the arguments that a call may have, which is what `Math.max(...values)` makes of them. */

/** @returns the largest, -Infinity of none */
export function largestOf(values: Iterable<number>): number {
  let largest = -Infinity;
  for (const value of values) largest = Math.max(largest, value);
  return largest;
}

/** @returns the smallest, Infinity of none */
export function smallestOf(values: Iterable<number>): number {
  let smallest = Infinity;
  for (const value of values) smallest = Math.min(smallest, value);
  return smallest;
}
