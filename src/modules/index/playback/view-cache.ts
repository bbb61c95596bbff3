import type { EntityManager } from 'typeorm';
import { PLAIN_PLACES, PlaceLineages, type AskedPlaces } from '../../../media/manifests/place-lineages.js';
import type { ManifestTimeline } from '../../../media/manifests/timeline.js';
import type { TimelineFacts } from '../manifests/build-timeline.js';
import { writeManifest, type ManifestDocument, type ViewName } from '../manifests/manifest-document.js';
import type { PlaybackRangeService } from '../playback-range.service.js';
import { FinishedParts } from './finished-parts.js';
import { MovingWindow } from './moving-window.js';
import { ViewRows } from './view-rows.js';

/** Two days of segments of four seconds: some 20 MB. */
const MOST_SEGMENTS = 40_000;
const MOST_VIEWS = 500;

type Placement = NonNullable<TimelineFacts['placement']>;

interface Written {
  readonly timeline: ManifestTimeline;
  readonly second: number;
  readonly document: ManifestDocument;
}

/** What is kept of one way to count the entries of a view. */
interface KeptPlaces {
  readonly window: MovingWindow;
  readonly written: Map<ViewName, Written>;
}

/** What is kept of a view between two requests for it. */
export class KeptView {
  readonly rows: ViewRows;
  version = '';
  modifiedAt = new Date(0);
  private readonly places = new Map<number, KeptPlaces>();
  private shown: PlaceLineages | ManifestTimeline | undefined;
  private placement: Placement | undefined;

  constructor(manager: EntityManager, ranges: PlaybackRangeService, finished: FinishedParts) {
    this.rows = new ViewRows(manager, ranges, finished);
  }

  /** @returns what it showed last, in the places that are asked for where it keeps any; undefined at first */
  timeline(places: AskedPlaces): ManifestTimeline | undefined {
    return this.shown instanceof PlaceLineages ? this.shown.timeline(places) : this.shown;
  }

  /** @param placement by which media keeps its place on the timeline when something goes away; undefined for one that begins anew */
  show(timeline: ManifestTimeline, placement: Placement | undefined): void {
    if (placement === undefined) this.shown = timeline;
    else if (placement === this.placement && this.shown instanceof PlaceLineages) this.shown.show(timeline);
    else this.shown = new PlaceLineages(timeline);
    this.placement = placement;
  }

  window(timeline: ManifestTimeline): MovingWindow {
    return this.placesOf(timeline).window;
  }

  /** @returns the same document for the same timeline; a manifest that tells the time is written anew each second */
  document(name: ViewName, timeline: ManifestTimeline): ManifestDocument {
    const isClock = timeline.isLive && name === 'manifest.mpd';
    const second = isClock ? Math.floor(timeline.publishedEpochMs / 1000) : 0;
    const { written } = this.placesOf(timeline);
    const before = written.get(name);
    if (before?.timeline.periods === timeline.periods && before.second === second) return before.document;
    const document = writeManifest(name, timeline, this.modifiedAt);
    written.set(name, { timeline, second, document });
    return document;
  }

  /** Of the plain ones for good: their numbers go on also when what is shown begins anew. */
  private placesOf({ places = PLAIN_PLACES }: ManifestTimeline): KeptPlaces {
    const kept = this.places.get(places) ?? { window: new MovingWindow(), written: new Map<ViewName, Written>() };
    this.places.set(places, kept);
    for (const number of this.places.keys()) {
      const isKnown = this.shown instanceof PlaceLineages && this.shown.has(number);
      if (number !== PLAIN_PLACES && !isKnown) this.places.delete(number);
    }
    return kept;
  }
}

/** Views that were asked for lately: players ask for each of a view's playlists, and again and again while it grows. */
export class ViewCache {
  private readonly views = new Map<string, KeptView>();
  private readonly finished = new FinishedParts();

  constructor(
    private readonly manager: EntityManager,
    private readonly ranges: PlaybackRangeService,
  ) {}

  /** @returns the view of this name, which is the last to be forgotten now */
  view(name: string): KeptView {
    const view = this.views.get(name) ?? new KeptView(this.manager, this.ranges, this.finished);
    this.views.delete(name);
    this.views.set(name, view);
    return view;
  }

  /** Forgets those that were not asked for longest. */
  trim(): void {
    let segments = 0;
    for (const { rows } of this.views.values()) segments += rows.segmentCount;
    for (const [name, { rows }] of this.views) {
      if (this.views.size <= MOST_VIEWS && segments <= MOST_SEGMENTS) return;
      segments -= rows.segmentCount;
      this.views.delete(name);
    }
  }
}
