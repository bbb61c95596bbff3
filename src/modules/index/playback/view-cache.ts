import type { EntityManager } from 'typeorm';
import { keepPlaces } from '../../../media/manifests/keep-places.js';
import type { ManifestTimeline } from '../../../media/manifests/timeline.js';
import type { TimelineFacts } from '../manifests/build-timeline.js';
import { writeManifest, type ManifestDocument, type ViewName } from '../manifests/manifest-document.js';
import type { PlaybackRangeService } from '../playback-range.service.js';
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

/** What is kept of a view between two requests for it. */
export class KeptView {
  readonly rows: ViewRows;
  readonly window = new MovingWindow();
  version = '';
  modifiedAt = new Date(0);
  private readonly written = new Map<ViewName, Written>();
  private shown: ManifestTimeline | undefined;
  private placement: Placement | undefined;

  constructor(manager: EntityManager, ranges: PlaybackRangeService) {
    this.rows = new ViewRows(manager, ranges);
  }

  /** What it showed last. */
  get timeline(): ManifestTimeline | undefined {
    return this.shown;
  }

  /**
   * @param placement by which media keeps its place on the timeline when what was before it goes away; undefined for one that begins anew
   * @returns what is shown from now on
   */
  show(timeline: ManifestTimeline, placement: Placement | undefined): ManifestTimeline {
    const before = placement === this.placement ? this.shown : undefined;
    this.placement = placement;
    this.shown = placement === undefined ? timeline : keepPlaces(timeline, before);
    return this.shown;
  }

  /** @returns the same document for the same timeline; a manifest that tells the time is written anew each second */
  document(name: ViewName, timeline: ManifestTimeline): ManifestDocument {
    const isClock = timeline.isLive && name === 'manifest.mpd';
    const second = isClock ? Math.floor(timeline.publishedEpochMs / 1000) : 0;
    const before = this.written.get(name);
    if (before?.timeline.periods === timeline.periods && before.second === second) return before.document;
    const document = writeManifest(name, timeline, this.modifiedAt);
    this.written.set(name, { timeline, second, document });
    return document;
  }
}

/** Views that were asked for lately: players ask for each of a view's playlists, and again and again while it grows. */
export class ViewCache {
  private readonly views = new Map<string, KeptView>();

  constructor(
    private readonly manager: EntityManager,
    private readonly ranges: PlaybackRangeService,
  ) {}

  /** @returns the view of this name, which is the last to be forgotten now */
  view(name: string): KeptView {
    const view = this.views.get(name) ?? new KeptView(this.manager, this.ranges);
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
