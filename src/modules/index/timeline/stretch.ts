/** A stretch of time in milliseconds; `toMs` is not part of it. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

export function lengthOf({ fromMs, toMs }: Stretch): number {
  return toMs - fromMs;
}

/** @returns what lies inside `bounds`, undefined for nothing */
export function clip<T extends Stretch>(stretch: T, bounds: Stretch): T | undefined {
  const fromMs = Math.max(stretch.fromMs, bounds.fromMs);
  const toMs = Math.min(stretch.toMs, bounds.toMs);
  return fromMs < toMs ? { ...stretch, fromMs, toMs } : undefined;
}

/** @returns every one of them clipped, in order; what is outside is left out */
export function clipAll<T extends Stretch>(stretches: readonly T[], bounds: Stretch): T[] {
  return inOrder(stretches.flatMap((stretch) => clip(stretch, bounds) ?? []));
}

/** @returns stretches that overlap, or lie nearer to each other than `nearMs`, as one */
export function merge(stretches: readonly Stretch[], nearMs = 0): Stretch[] {
  const merged: Stretch[] = [];
  for (const { fromMs, toMs } of inOrder(stretches)) {
    const last = merged.at(-1);
    if (last !== undefined && (fromMs <= last.toMs || fromMs - last.toMs < nearMs)) {
      merged[merged.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, toMs) };
    } else {
      merged.push({ fromMs, toMs });
    }
  }
  return merged;
}

/** @param taken merged, in order. @returns what of a stretch none of `taken` covers */
export function subtract(stretch: Stretch, taken: readonly Stretch[]): Stretch[] {
  const left: Stretch[] = [];
  let { fromMs } = stretch;
  for (const one of taken) {
    if (one.toMs <= fromMs) continue;
    if (one.fromMs >= stretch.toMs) break;
    if (one.fromMs > fromMs) left.push({ fromMs, toMs: one.fromMs });
    fromMs = one.toMs;
  }
  if (fromMs < stretch.toMs) left.push({ fromMs, toMs: stretch.toMs });
  return left;
}

/** @returns the pieces of `stretches` that lie in one of `others`; both in order, neither overlapping itself */
export function intersect<T extends Stretch>(stretches: readonly T[], others: readonly Stretch[]): T[] {
  const pieces: T[] = [];
  let next = 0;
  for (const stretch of stretches) {
    while ((others[next]?.toMs ?? Infinity) <= stretch.fromMs) next += 1;
    for (let i = next; (others[i]?.fromMs ?? Infinity) < stretch.toMs; i += 1) {
      const piece = clip(stretch, others[i] ?? stretch);
      if (piece !== undefined) pieces.push(piece);
    }
  }
  return pieces;
}

export function inOrder<T extends Stretch>(stretches: readonly T[]): T[] {
  return [...stretches].sort((a, b) => a.fromMs - b.fromMs);
}
