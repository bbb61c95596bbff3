/** A Map or a Set: both give their keys in the order in which they were put in. */
interface Kept<Key> {
  readonly size: number;
  keys(): Iterable<Key>;
  delete(key: Key): boolean;
}

/** To be called after each that is put in: where there are more than `most`, what was put in first goes. */
export function forgetOldest<Key>(kept: Kept<Key>, most: number): void {
  if (kept.size <= most) return;
  const [oldest] = kept.keys();
  if (oldest !== undefined) kept.delete(oldest);
}
