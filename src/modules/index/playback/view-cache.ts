import type { EntityManager } from 'typeorm';
import { PLAIN_PLACES, type AskedPlaces, type PlacedTimeline, type Places } from '../../../media/manifests/places.js';
import type { ManifestTimeline } from '../../../media/manifests/timeline.js';
import { GoneRows } from '../manifests/gone-rows.js';
import { writeManifest, type ManifestDocument, type ViewName } from '../manifests/manifest-document.js';
import type { PlaybackRangeService } from '../playback-range.service.js';
import { FinishedParts } from './finished-parts.js';
import type { MovingWindow } from './moving-window.js';
import { folderOf, ViewRows } from './view-rows.js';

/** Two days of segments of four seconds: some 7 MB. */
const MOST_SEGMENTS = 40_000;
/** Views each of which has more than that stay beside these while they are watched, up to so many times as much together. */
const MOST_LARGE = 4;
const MOST_VIEWS = 500;
/** Players of what is live ask each few seconds. */
const WATCHED_MS = 60_000;
/** Documents of one view: each of its playlists, in the plain way to count and some others. */
const MOST_DOCUMENTS = 20;

interface Written {
  readonly periods: ManifestTimeline['periods'];
  readonly second: number;
  readonly document: ManifestDocument;
}

/** What is kept of a view between two requests for it: all of it can be made again from the rows. */
export class KeptView {
  readonly rows: ViewRows;
  readonly gone = new GoneRows(folderOf);
  version = '';
  modifiedAt = new Date(0);
  /** Milliseconds since 1970. */
  askedAtMs = 0;
  private places: Pick<Places, 'placed'> | undefined;
  private windows = new WeakMap<PlacedTimeline, MovingWindow>();
  private readonly written = new Map<string, Written>();

  constructor(manager: EntityManager, ranges: PlaybackRangeService, finished: FinishedParts) {
    this.rows = new ViewRows(manager, ranges, finished);
  }

  /** Rows that are kept, of what is there and of what is gone. */
  get rowCount(): number {
    return this.rows.segmentCount + this.gone.segmentCount;
  }

  /** @returns the same object until something else is shown; undefined at first */
  placed(asked: AskedPlaces): PlacedTimeline | undefined {
    return this.places?.placed(asked);
  }

  show(places: Pick<Places, 'placed'>, asked: AskedPlaces): PlacedTimeline {
    this.places = places;
    this.windows = new WeakMap();
    return places.placed(asked);
  }

  /** @param make when nothing has numbered it yet */
  async window(placed: PlacedTimeline, make: () => Promise<MovingWindow>): Promise<MovingWindow> {
    const window = this.windows.get(placed) ?? (await make());
    this.windows.set(placed, window);
    return window;
  }

  /** @returns the same document for the same timeline; a manifest that tells the time is written anew each second */
  document(name: ViewName, timeline: ManifestTimeline): ManifestDocument {
    const isClock = timeline.isLive && name === 'manifest.mpd';
    const second = isClock ? Math.floor(timeline.publishedEpochMs / 1000) : 0;
    const { periods, places = PLAIN_PLACES } = timeline;
    const key = `${name} ${String(places)}`;
    const before = this.written.get(key);
    if (before?.periods === periods && before.second === second) return before.document;
    const document = writeManifest(name, timeline, this.modifiedAt);
    this.written.delete(key);
    this.written.set(key, { periods, second, document });
    const [oldest] = this.written.keys();
    if (this.written.size > MOST_DOCUMENTS && oldest !== undefined) this.written.delete(oldest);
    return document;
  }
}

/** Views that were asked for lately: players ask for each of a view's playlists, and again and again while it grows. */
export class ViewCache {
  private readonly views = new Map<string, KeptView>();
  private readonly finished = new FinishedParts();

  constructor(
    private readonly manager: EntityManager,
    private readonly ranges: PlaybackRangeService,
    private readonly mostSegments = MOST_SEGMENTS,
  ) {}

  /** @returns the view of this name, which is the last to be forgotten now */
  view(name: string): KeptView {
    const view = this.views.get(name) ?? new KeptView(this.manager, this.ranges, this.finished);
    this.views.delete(name);
    this.views.set(name, view);
    view.askedAtMs = Date.now();
    return view;
  }

  /** Forgets those that were not asked for longest, and of the large ones that are watched what is too much. */
  trim(): void {
    const spared = this.watched();
    let segments = 0;
    for (const view of this.views.values()) if (!spared.has(view)) segments += view.rowCount;
    for (const [name, view] of this.views) {
      if (this.views.size <= MOST_VIEWS && segments <= this.mostSegments) return;
      if (spared.has(view)) continue;
      segments -= view.rowCount;
      this.views.delete(name);
    }
  }

  /** @returns views larger than all others may be together that somebody asks for, the latest first; at least one of them */
  private watched(): ReadonlySet<KeptView> {
    const sinceMs = Date.now() - WATCHED_MS;
    const spared = new Set<KeptView>();
    let segments = 0;
    for (const view of [...this.views.values()].reverse()) {
      if (view.rowCount <= this.mostSegments || view.askedAtMs < sinceMs) continue;
      segments += view.rowCount;
      if (spared.size > 0 && segments > MOST_LARGE * this.mostSegments) return spared;
      spared.add(view);
    }
    return spared;
  }
}
