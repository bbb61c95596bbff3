/**
 * @param names at least one
 * @returns the one that takes the fewest letters put in, left out or changed (Levenshtein)
 */
export function nearestName(name: string, names: readonly string[]): string {
  const ranked = names.map((rival) => ({ rival, distance: distanceOf(name, rival) }));
  const [first] = ranked.sort((one, other) => one.distance - other.distance);
  if (first === undefined) throw new RangeError('There is no name to compare with.');
  return first.rival;
}

function distanceOf(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, length) => length);
  for (let index = 0; index < from.length; index += 1) {
    const next = [index + 1];
    for (let column = 0; column < to.length; column += 1) {
      const changed = (row[column] ?? 0) + (from[index] === to[column] ? 0 : 1);
      next.push(Math.min(changed, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
