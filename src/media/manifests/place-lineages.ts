import { hasGone } from './gone-segments.js';
import { keepPlaces } from './keep-places.js';
import type { ManifestTimeline } from './timeline.js';

/** The lineage that addresses without a number stand for, and every number that is not known. */
export const PLAIN_PLACES = 0;
/** Beside the first; the oldest beyond that goes on as the first. */
const MOST_LATER = 3;

/** The number of a lineage; `new` for whom has seen none. */
export type AskedPlaces = number | 'new';

interface Lineage {
  readonly number: number;
  /** What `timeline` was made from. */
  source: ManifestTimeline;
  timeline: ManifestTimeline;
}

/**
 * Ways to count the entries of one playlist. Who watches while something in the middle is deleted needs its entries, as
 * gaps; who comes later shall not see them, and counts anew. The first lineage is kept for good: it is also that of DASH.
 */
export class PlaceLineages {
  private readonly first: Lineage;
  private later: readonly Lineage[] = [];

  /** @param latest as it is laid out when nothing was shown before */
  constructor(private latest: ManifestTimeline) {
    this.first = lineage(PLAIN_PLACES, latest);
  }

  /** @param latest what there is from now on, as it is laid out when nothing was shown before */
  show(latest: ManifestTimeline): void {
    this.latest = latest;
  }

  has(number: number): boolean {
    return number === PLAIN_PLACES || this.later.some((one) => one.number === number);
  }

  /** @returns the latest in the places that are asked for, the same object until something else is shown */
  timeline(asked: AskedPlaces): ManifestTimeline {
    if (asked === 'new') return this.newest().timeline;
    return this.placed(this.later.find(({ number }) => number === asked) ?? this.first).timeline;
  }

  /** @returns one without gaps, which is begun when there is none */
  private newest(): Lineage {
    const newest = this.placed(this.later.at(-1) ?? this.first);
    if (!hasGone(newest.timeline.periods)) return newest;
    // By the clock: after a restart nobody is given the places of somebody else.
    const number = Math.max(newest.number + 1, Math.floor(this.latest.publishedEpochMs / 1000));
    const begun = lineage(number, this.latest);
    this.later = [...this.later, begun].slice(-MOST_LATER);
    return begun;
  }

  private placed(one: Lineage): Lineage {
    if (one.source === this.latest) return one;
    one.timeline = { ...keepPlaces(this.latest, one.timeline), ...placesOf(one.number) };
    one.source = this.latest;
    return one;
  }
}

function lineage(number: number, source: ManifestTimeline): Lineage {
  return { number, source, timeline: { ...keepPlaces(source, undefined), ...placesOf(number) } };
}

function placesOf(number: number): Pick<ManifestTimeline, 'places'> {
  return number === PLAIN_PLACES ? {} : { places: number };
}
