import { keepPlaces, NOTHING_LEFT } from './keep-places.js';
import type { LeftBehind, ManifestTimeline } from './timeline.js';

/** What addresses without a number stand for: everything has its place. */
export const PLAIN_PLACES = 0;
/** More are made again when they are asked for. */
const MOST_KEPT = 4;

/** Since which change of the stream what went away has a place; `new` for whom has seen nothing yet. */
export type AskedPlaces = number | 'new';

/** A timeline in one way to count its entries. */
export interface PlacedTimeline {
  readonly places: number;
  /** As if nothing were gone that has a place. */
  readonly whole: ManifestTimeline;
  readonly timeline: ManifestTimeline;
}

/** What the ways to count are made of. */
export interface PlacesSource {
  /** The last change by which something went away; 0 where there is none. */
  readonly lastChange: number;
  /** @returns what went away in front of everything by later changes than this one, and is not in `whole` */
  readonly before?: (change: number) => LeftBehind;
  /** @returns the timeline as if everything were there that did not go with this change or an earlier one */
  readonly whole: (change: number) => ManifestTimeline;
}

/**
 * Ways to count the entries of one playlist. Who watches while something in the middle is deleted needs its entries, as
 * gaps; who comes later shall not see them, and counts without. Each way is named by the last change that has left no
 * entries in it, so that all servers mean the same by a name.
 */
export class Places {
  private readonly kept = new Map<number, PlacedTimeline>();

  constructor(private readonly source: PlacesSource) {}

  /** @returns the same object each time */
  placed(asked: AskedPlaces): PlacedTimeline {
    return asked === 'new' ? this.newest() : this.counted(asked > this.source.lastChange ? PLAIN_PLACES : asked);
  }

  /** One without gaps. */
  private newest(): PlacedTimeline {
    const plain = this.counted(PLAIN_PLACES);
    let last = PLAIN_PLACES;
    for (const { segments } of plain.timeline.periods) {
      for (const { gone, goneWith = PLAIN_PLACES } of segments) if (gone !== undefined) last = Math.max(last, goneWith);
    }
    return last === PLAIN_PLACES ? plain : this.counted(last);
  }

  private counted(places: number): PlacedTimeline {
    const known = this.kept.get(places);
    if (known !== undefined) return known;
    const whole = this.source.whole(places);
    const placed = keepPlaces(whole, this.source.before?.(places) ?? NOTHING_LEFT);
    const timeline = places === PLAIN_PLACES ? placed : { ...placed, places };
    const one = { places, whole, timeline };
    const [oldest] = this.kept.keys();
    if (this.kept.size === MOST_KEPT && oldest !== undefined) this.kept.delete(oldest);
    this.kept.set(places, one);
    return one;
  }
}
