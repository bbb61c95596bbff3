/** A stretch of time for which a key frame stands. */
export interface ShownStretch<Frame> {
  /** Epoch milliseconds. */
  readonly startMs: number;
  readonly endMs: number;
  readonly frame: Frame;
}

/** Places on a line of time: `count` of them, each `stepMs` long. */
export interface TileLine {
  readonly startMs: number;
  readonly stepMs: number;
  readonly count: number;
}

/** A key frame and the places that it is put at. */
export interface PlacedFrame<Frame> {
  readonly frame: Frame;
  readonly places: readonly number[];
}

/**
 * What is shown at each place: the key frame of what was recorded in its middle, else of the first that was recorded in it.
 * Where nothing was, nothing is shown.
 *
 * @param stretches in the order of their beginnings
 * @returns each key frame once, in the order of its first place
 */
export function chooseTiles<Frame>(
  stretches: readonly ShownStretch<Frame>[],
  { startMs, stepMs, count }: TileLine,
): PlacedFrame<Frame>[] {
  const places = new Map<ShownStretch<Frame>, number[]>();
  for (let place = 0; place < count; place++) {
    const fromMs = startMs + place * stepMs;
    const toMs = fromMs + stepMs;
    const middleMs = fromMs + stepMs / 2;
    const there = stretches.filter((stretch) => stretch.endMs > fromMs && stretch.startMs < toMs);
    const chosen = there.find((stretch) => stretch.startMs <= middleMs && stretch.endMs > middleMs) ?? there[0];
    if (chosen === undefined) continue;
    const known = places.get(chosen);
    if (known === undefined) places.set(chosen, [place]);
    else known.push(place);
  }
  return [...places].map(([{ frame }, at]) => ({ frame, places: at }));
}
