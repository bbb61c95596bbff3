import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../../../config/index.js';
import { hasGone } from '../../../media/manifests/gone-segments.js';
import { NOTHING_LEFT } from '../../../media/manifests/keep-places.js';
import { PLAIN_PLACES, Places, type AskedPlaces, type PlacedTimeline } from '../../../media/manifests/places.js';
import { tileStepFor, type TileStep } from '../../../media/manifests/tiles.js';
import type { LeftBehind, ManifestTimeline, ViewFacts } from '../../../media/manifests/timeline.js';
import { findRows, placesFor } from '../../../persistence/find-row.js';
import { KeyedQueue } from '../../../shared/keyed-queue.js';
import { smallestOf } from '../../../shared/extremes.js';
import { lastChange } from '../deletion/gone-segments.js';
import { RecordingSession, SessionPart, type GoneSegment } from '../entities/index.js';
import { NothingRecordedError } from '../index.errors.js';
import { ManifestService } from '../manifest.service.js';
import { buildTimeline, type TimelineFacts } from '../manifests/build-timeline.js';
import { withoutLost } from '../manifests/timeline-rows.js';
import { viewNamesOf, type ManifestDocument, type ViewName } from '../manifests/manifest-document.js';
import { PlaybackRangeService, type PlaybackRange, type PlaybackSelection } from '../playback-range.service.js';
import { countLeft, findLeft, originOf } from './left-behind.js';
import { MadePicturesService } from '../thumbnails/made-pictures.service.js';
import { countLost, versionOf } from './view-rows.js';
import { ViewCache, type KeptView } from './view-cache.js';
import { LONGEST_WINDOW } from './window-lengths.js';
import { findWindowPlaces, numberedWindow } from './window-places.js';
import { RUNNING_STATES, UNFINISHED_STATES } from '../sessions/recording-session.js';

/** A stretch of wall clock, a session, or a window of so many milliseconds that ends now. */
export type ViewSelection = PlaybackSelection | { readonly windowMs: number };

/** What records a stream at the moment. */
interface LiveSource {
  readonly sessionIds: ReadonlySet<string>;
  /** By the clock that the session's times are told by. */
  readonly nowEpochMs: number;
}

/** What of a view is asked for. */
export interface AskedView {
  readonly name: ViewName;
  /** `?from=…` or nothing: its playlists are asked for with the same. */
  readonly query: string;
  readonly places: AskedPlaces;
  /** DASH is to tell of the key frames alone too. */
  readonly hasKeyFrames?: boolean;
}

interface ViewSource extends AskedView {
  readonly live: LiveSource | undefined;
}

interface StretchFacts extends AskedView {
  readonly live: LiveSource | undefined | Promise<LiveSource | undefined>;
  /** It is what a window that moves shows when nothing is recorded. */
  readonly isWindow?: boolean;
}

interface BuildFacts extends Required<Pick<TimelineFacts, 'isLive' | 'placement'>> {
  /** Of which what went away keeps its place; undefined for what begins anew. */
  readonly kept: KeptPlaces | undefined;
  readonly places: AskedPlaces;
}

interface KeptPlaces {
  readonly where: Pick<GoneSegment, 'stream'> | Pick<GoneSegment, 'sessionId'>;
  /** Wall clock: what ended by then has left the view. */
  readonly fromMs: number;
  /** It counts from its beginning on. */
  readonly countsAll: boolean;
}

/**
 * DASH and HLS of any stretch of time, of a session, or of what is live, made from the rows: the segments are the recorded
 * ones, with nothing copied, and they are shown whole.
 */
@Injectable()
export class PlaybackViewService {
  private readonly cache: ViewCache;
  private readonly queue = new KeyedQueue();

  constructor(
    private readonly dataSource: DataSource,
    private readonly ranges: PlaybackRangeService,
    private readonly manifests: ManifestService,
    private readonly pictures: MadePicturesService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {
    this.cache = new ViewCache(dataSource.manager, ranges);
  }

  /** @throws what {@link PlaybackRangeService.find} throws, {@link NothingRecordedError} for a playlist of a kind that the view lacks */
  document(stream: string, selection: ViewSelection, asked: AskedView): Promise<ManifestDocument> {
    const { name } = asked;
    const key = JSON.stringify([stream, asked.query]);
    return this.queue.run(key, async () => {
      const kept = this.cache.view(key);
      const timeline = await this.timelineOf(kept, stream, selection, asked);
      const tracks = timeline.periods.flatMap((period) => period.tracks);
      if (!viewNamesOf(tracks).includes(name)) throw new NothingRecordedError(stream);
      const document = kept.document(name, timeline);
      this.cache.trim();
      return document;
    });
  }

  /** A window that nothing enters any more is a stretch of time to DASH, which has no other word for it. */
  private async timelineOf(
    kept: KeptView,
    stream: string,
    selection: ViewSelection,
    asked: AskedView,
  ): Promise<ManifestTimeline> {
    if (!('windowMs' in selection)) {
      return this.stretchOf(kept, stream, selection, { ...asked, live: this.liveSource(stream) });
    }
    const live = await this.liveSource(stream);
    const source = { ...asked, live };
    if (live !== undefined || asked.name !== 'manifest.mpd') {
      return this.windowOf(kept, stream, selection.windowMs, source);
    }
    const stretch = { fromMs: Date.now() - selection.windowMs, toMs: undefined };
    return this.stretchOf(kept, stream, stretch, { ...source, isWindow: true });
  }

  private async stretchOf(
    kept: KeptView,
    stream: string,
    selection: PlaybackSelection,
    { live: asked, query, places, hasKeyFrames, isWindow = false }: StretchFacts,
  ): Promise<ManifestTimeline> {
    const nowMs = Date.now();
    const [live, range] = await Promise.all([asked, this.ranges.find(stream, selection, nowMs)]);
    const isOpen = range.toMs === undefined || range.toMs > nowMs;
    const isRecorded = 'sessionId' in selection ? live?.sessionIds.has(selection.sessionId) : live !== undefined;
    const isLive = isOpen && isRecorded === true;
    const countsAll = true;
    const where =
      'sessionId' in selection
        ? { where: { sessionId: selection.sessionId }, fromMs: 0, countsAll }
        : { where: { stream }, fromMs: range.fromMs, countsAll };
    const keptPlaces = isOpen && !isWindow ? where : undefined;
    const facts: BuildFacts = { isLive, placement: 'joined', kept: keptPlaces, places };
    const { timeline } = await this.build(kept, range, facts);
    const startEpochMs = timeline.periods[0]?.startEpochMs ?? range.fromMs;
    const { segmentCount: mediaSequence, discontinuityCount: discontinuitySequence } = timeline.left ?? NOTHING_LEFT;
    const isAppended = mediaSequence === 0 && !hasGone(timeline.periods);
    const view: ViewFacts = {
      playlistType: isOpen ? (isAppended ? 'EVENT' : undefined) : 'VOD',
      mediaSequence,
      discontinuitySequence,
      startOffsetMs: mediaSequence === 0 ? range.fromMs - startEpochMs : 0,
      windowMs: undefined,
      query,
      hasKeyFrames,
      tileStep: this.tileStepOf(timeline),
    };
    return { ...timeline, publishedEpochMs: live?.nowEpochMs ?? nowMs, view };
  }

  /** While something grows, so does its last sheet, which players would not ask for again. */
  private tileStepOf({ isLive, periods }: ManifestTimeline): TileStep | undefined {
    const last = periods.at(-1);
    if (isLive || last === undefined || !this.pictures.isAble) return undefined;
    return tileStepFor(last.startMs + last.durationMs);
  }

  /** All of the directories that the window reaches into, laid out by wall clock, and then what of it is in the window. */
  private async windowOf(
    kept: KeptView,
    stream: string,
    windowMs: number,
    { live, query, places, hasKeyFrames }: ViewSource,
  ): Promise<ManifestTimeline> {
    const nowEpochMs = live?.nowEpochMs ?? Date.now();
    const fromMs = nowEpochMs - windowMs;
    const { manager } = this.dataSource;
    // Before the rows, so that the segments that are named are among them.
    const numbered = await findWindowPlaces(manager, stream);
    const found = await this.ranges.find(stream, { fromMs, toMs: undefined }, nowEpochMs);
    const range = { ...found, parts: found.parts.map((part) => ({ ...part, fromMs: -1, firstNumber: 1 })) };
    const longestFromMs = nowEpochMs - LONGEST_WINDOW * 1000;
    const goneFromMs = Math.min(longestFromMs, smallestOf(numbered.map(({ startedAt }) => startedAt.getTime())));
    const facts: BuildFacts = {
      isLive: live !== undefined,
      placement: 'wall-clock',
      kept: { where: { stream }, fromMs: goneFromMs, countsAll: false },
      places,
    };
    const placed = await this.wholeOf(kept, range, facts);
    const window = await kept.window(placed, () => numberedWindow(this.dataSource, stream, placed, numbered));
    const { periods, ...sequences } = window.cut(fromMs);
    const view = { playlistType: undefined, ...sequences, startOffsetMs: 0, windowMs, query, hasKeyFrames };
    return { ...placed.timeline, periods, publishedEpochMs: nowEpochMs, view };
  }

  /** Windows of any length that begin in the same directory are cut out of the same rows. */
  private wholeOf(kept: KeptView, range: PlaybackRange, facts: BuildFacts): Promise<PlacedTimeline> {
    const [first] = range.parts;
    const key = JSON.stringify([range.stream, first?.directory, first?.sessionId]);
    return this.queue.run(key, async () => {
      const shared = this.cache.view(key);
      const placed = await this.build(shared, range, facts);
      kept.modifiedAt = shared.modifiedAt;
      return placed;
    });
  }

  private async build(
    kept: KeptView,
    range: PlaybackRange,
    { kept: keptPlaces, places, ...facts }: BuildFacts,
  ): Promise<PlacedTimeline> {
    const { manager } = this.dataSource;
    const lostCount = await countLost(manager, range);
    const change = keptPlaces === undefined ? 0 : await lastChange(manager, range.stream);
    const left = keptPlaces?.countsAll === true ? await findLeft(manager, keptPlaces) : [];
    const version = JSON.stringify([facts, lostCount, versionOf(range), keptPlaces && [change, left.length]]);
    const known = kept.version === version ? kept.placed(places) : undefined;
    if (known !== undefined) return known;
    const rows = await kept.rows.read(range, lostCount);
    const segmentDurationMs = this.config.recorder.segment_duration_seconds * 1000;
    const publishedEpochMs = Date.now();
    const built: TimelineFacts = { ...facts, publishedEpochMs, segmentDurationMs, periodIds: 'wall-clock' };
    kept.version = version;
    kept.modifiedAt = new Date(publishedEpochMs);
    if (keptPlaces === undefined) return kept.show(wholePlaces(buildTimeline(withoutLost(rows), built)), places);
    await kept.gone.read(manager, keptPlaces.where, { lastChange: change, fromMs: keptPlaces.fromMs });
    kept.gone.forget(left);
    const whole = (since: number): ManifestTimeline => {
      const placed = kept.gone.withGone(rows, since);
      return buildTimeline(placed, { ...built, originMs: originOf(placed, left, since) });
    };
    const before = (since: number): LeftBehind => countLeft(left, since);
    return kept.show(new Places({ lastChange: change, before, whole }), places);
  }

  /** @returns undefined while nothing records the stream, or nothing that this server knows to go on */
  private async liveSource(stream: string): Promise<LiveSource | undefined> {
    const { manager } = this.dataSource;
    const condition = `"stream" = ? AND "state" IN (${placesFor(UNFINISHED_STATES)})`;
    const running = await findRows(manager, RecordingSession, condition, [stream, ...UNFINISHED_STATES]);
    const sessionIds = new Set<string>();
    let nowEpochMs = Date.now();
    for (const { id, directory, nodeAlias, state } of running) {
      if (nodeAlias !== this.config.recorder.node_alias) {
        if (RUNNING_STATES.includes(state)) sessionIds.add(id);
        continue;
      }
      const parts = await manager.findBy(SessionPart, { sessionId: id });
      const directories = [directory, ...parts.map((part) => part.directory)];
      const live = directories.find((one) => this.manifests.isLive(one));
      if (live === undefined) continue;
      sessionIds.add(id);
      nowEpochMs = this.manifests.nowEpochMs(live);
    }
    return sessionIds.size === 0 ? undefined : { sessionIds, nowEpochMs };
  }
}

/** Nothing is gone of it that has a place. */
function wholePlaces(timeline: ManifestTimeline): Pick<Places, 'placed'> {
  const placed = { places: PLAIN_PLACES, whole: timeline, timeline };
  return { placed: () => placed };
}
