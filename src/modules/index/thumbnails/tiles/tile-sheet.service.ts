import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { RecordedObject } from '../../../../engine/index.js';
import { sheetMs, TILE_COLUMNS, TILE_ROWS, type TileStep } from '../../../../media/manifests/tiles.js';
import { ticksToMs } from '../../../../media/timeline/ticks.js';
import { StorageService } from '../../../storage/storage.service.js';
import type { TrackRow } from '../../entities/index.js';
import type { SegmentFacts } from '../../playback/segment-reader.js';
import { NothingRecordedError } from '../../index.errors.js';
import type { ViewSelection } from '../../playback/playback-view.service.js';
import { PlaybackRangeService, type PlaybackRange } from '../../playback-range.service.js';
import { MadePicturesService, type MakePicture } from '../made-pictures.service.js';
import { NoPictureError, ThumbnailsUnavailableError } from '../thumbnail.errors.js';
import { chooseTiles, type PlacedFrame, type ShownStretch } from './choose-tiles.js';
import { drawSheet } from './draw-sheet.js';
import { keyFrameFilm } from './key-frame-film.js';

const TILE_COUNT = TILE_COLUMNS * TILE_ROWS;
/** A longer hole between a key frame and what needs it is a gap. */
const BREAK_MS = 500;
/** Grows when the same key frames make another sheet. */
const VERSION = 1;

/** Which sheet of a stream is wanted. */
export interface WantedSheet {
  readonly step: TileStep;
  /** Epoch milliseconds of its first picture. */
  readonly startMs: number;
  /** What of the stream may be on it. */
  readonly selection: ViewSelection;
}

interface RecordedFrame {
  readonly directory: string;
  readonly object: RecordedObject;
  readonly track: TrackRow;
}

/** A sheet as it is to be made. */
export interface TileSheet {
  readonly frames: readonly PlacedFrame<RecordedFrame>[];
  /** Of the key frames and where they are: the same for the same picture. */
  readonly sha256: string;
}

interface SessionStretch extends ShownStretch<RecordedFrame> {
  readonly sessionId: string;
  endMs: number;
}

/** Sheets of small pictures for players that look for a place, made of key frames when they are asked for. */
@Injectable()
export class TileSheetService {
  constructor(
    private readonly ranges: PlaybackRangeService,
    private readonly storage: StorageService,
    private readonly pictures: MadePicturesService,
  ) {}

  /**
   * @throws {RangeInvalidError | RangeInFutureError | RangeTooLongError | UnknownRecordingSessionError}
   * @throws {StreamNotRecordedError | NothingRecordedError | RangeGoneError | NoPictureError}
   * @throws {ThumbnailsUnavailableError}
   */
  async find(stream: string, { step, startMs, selection }: WantedSheet): Promise<TileSheet> {
    if (!this.pictures.isAble) throw new ThumbnailsUnavailableError();
    const range = await this.rangeOf(stream, { step, startMs, selection });
    const stretches = await this.stretchesOf(range);
    const frames = chooseTiles(stretches, { startMs, stepMs: step * 1000, count: TILE_COUNT });
    if (frames.length === 0) throw new NoPictureError(stream);
    const content = frames.map(({ frame, places }) => [frame.object.sha256, frame.track.initSha256, places]);
    const sha256 = createHash('sha256')
      .update(JSON.stringify([VERSION, content]))
      .digest('hex');
    return { frames, sha256 };
  }

  /**
   * @param left is aborted when who asks has gone
   * @returns a JPEG, black where nothing was recorded, and where nothing could be read in time
   * @throws {ThumbnailsUnavailableError | ThumbnailsBusyError | ThumbnailFailedError | StorageUnavailableError}
   */
  sheet({ frames, sha256 }: TileSheet, left: AbortSignal): Promise<Buffer> {
    const directories = [...new Set(frames.map(({ frame }) => frame.directory))];
    const make: MakePicture = async (maker, signal) => {
      let missing = 0;
      const films = filmsOf(frames).map(({ track, placed }) => ({
        mp4: keyFrameFilm(
          this.storage,
          track,
          placed.map(({ frame }) => frame.object),
          () => (missing += 1),
        ),
        places: placed.map(({ places }) => places),
      }));
      const { bytes, isWhole } = await drawSheet(maker, films, signal);
      return { bytes, isLasting: isWhole && missing === 0 };
    };
    return this.pictures.picture({ directories, id: `tiles-${sha256.slice(0, 32)}` }, make, left);
  }

  private async rangeOf(stream: string, { step, startMs, selection }: WantedSheet): Promise<PlaybackRange> {
    const whole = { fromMs: startMs, toMs: startMs + sheetMs(step) };
    if ('sessionId' in selection) {
      await this.ranges.find(stream, selection);
      const range = await this.ranges.find(stream, whole);
      const parts = range.parts.filter(({ sessionId }) => sessionId === selection.sessionId);
      if (parts.length === 0) throw new NothingRecordedError(stream);
      return { ...range, parts };
    }
    if ('windowMs' in selection) return this.ranges.find(stream, whole);
    this.ranges.check(selection.fromMs, selection.toMs);
    const fromMs = Math.max(whole.fromMs, selection.fromMs);
    const toMs = Math.min(whole.toMs, selection.toMs ?? Infinity);
    if (fromMs >= toMs) throw new NothingRecordedError(stream);
    return this.ranges.find(stream, { fromMs, toMs });
  }

  /** Pictures that are carried over from the segment before prolong what its key frame stands for. */
  private async stretchesOf(range: PlaybackRange): Promise<SessionStretch[]> {
    const anchors = new Map(range.parts.map(({ sessionId, anchorEpochMs }) => [sessionId, anchorEpochMs]));
    const tracks = await this.ranges.tracks(range);
    const stretches: SessionStretch[] = [];
    for await (const page of this.ranges.segments(range)) {
      for (const row of page) {
        const stretch = stretchOf(row, tracks, anchors.get(row.sessionId) ?? 0);
        const last = stretches.at(-1);
        if (stretch === undefined) continue;
        if (stretch.frame.object.independent) stretches.push(stretch);
        else if (last?.sessionId === stretch.sessionId && stretch.startMs - last.endMs <= BREAK_MS) {
          last.endMs = stretch.endMs;
        }
      }
    }
    return stretches;
  }
}

/** A segment may begin earlier than its pictures. @returns undefined for one without any */
function stretchOf(
  { sessionId, directory, objects }: SegmentFacts,
  tracks: readonly TrackRow[],
  anchorEpochMs: number,
): SessionStretch | undefined {
  const object = objects.find(({ kind }) => kind === 'video');
  if (object === undefined) return undefined;
  const known = tracks.filter((track) => track.directory === directory && track.trackId === object.trackId);
  const track = known.find((one) => one.sessionId === sessionId) ?? known[0];
  if (track === undefined) return undefined;
  const startMs = anchorEpochMs + ticksToMs(object.startTicks, object.timescale);
  const endMs = startMs + ticksToMs(object.durationTicks, object.timescale);
  return { sessionId, startMs, endMs, frame: { directory, object, track } };
}

interface PlannedFilm {
  readonly track: TrackRow;
  readonly placed: PlacedFrame<RecordedFrame>[];
}

/** What has one init is decoded in one run. */
function filmsOf(frames: TileSheet['frames']): PlannedFilm[] {
  const films = new Map<TrackRow, PlannedFilm>();
  for (const one of frames) {
    const { track } = one.frame;
    const film = films.get(track) ?? { track, placed: [] };
    film.placed.push(one);
    films.set(track, film);
  }
  return [...films.values()];
}
