import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { findRows, placesFor } from '../../persistence/find-row.js';
import { largestOf } from '../../shared/extremes.js';
import { findDeleted, whySessionDeleted } from './deletion/deleted-stretches.js';
import type { DeletionReason } from './entities/deleted-stretch.entity.js';
import { RecordingSession, TrackRow } from './entities/index.js';
import {
  NothingRecordedError,
  RangeGoneError,
  RangeInFutureError,
  RangeInvalidError,
  RangeTooLongError,
  StreamNotRecordedError,
  UnknownRecordingSessionError,
} from './index.errors.js';
import { findNearest } from './playback/nearest-recorded.js';
import {
  anchorOf,
  findFirstSegment,
  findPartsNear,
  findPartsOf,
  type PartOfSession,
  type RecordedPart,
  type Stretch,
} from './playback/recorded-part.js';
import { readSegments } from './playback/read-segments.js';
import { wholeSegments, type SegmentFacts } from './playback/segment-reader.js';
import type { RecordingSessionView } from './sessions/recording-session.js';
import { keptObjects, unplayableTracks } from './object-state/segment-loss.js';
import { sessionView } from './sessions/session-view.js';

export type { RecordedPart } from './playback/recorded-part.js';

/** What of a stream is wanted: a stretch of wall clock in epoch milliseconds, `toMs` exclusive, or one session. */
export type PlaybackSelection =
  { readonly fromMs: number; readonly toMs: number | undefined } | { readonly sessionId: string };

/** What is recorded of a stretch of wall clock, in the order to play it. */
export interface PlaybackRange {
  readonly stream: string;
  /** As asked for; of a session, its first media. */
  readonly fromMs: number;
  /** As asked for, undefined for an open end; of a session, the end of its last media, undefined while it is not over. */
  readonly toMs: number | undefined;
  readonly sessions: readonly RecordingSessionView[];
  /** At least one. */
  readonly parts: readonly RecordedPart[];
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * Finds what is recorded of a stream in a range, over sessions, directories and days. Only the rows concerned are read:
 * parts by stream and wall clock, segments by session time from the first one that reaches into the range.
 */
@Injectable()
export class PlaybackRangeService {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /**
   * @param nowMs wall clock, epoch milliseconds
   * @throws {RangeInvalidError | RangeInFutureError | RangeTooLongError}
   * @throws {StreamNotRecordedError | UnknownRecordingSessionError | NothingRecordedError | RangeGoneError}
   */
  async find(stream: string, selection: PlaybackSelection, nowMs = Date.now()): Promise<PlaybackRange> {
    return 'sessionId' in selection
      ? this.findSession(stream, selection.sessionId)
      : this.findStretch(stream, selection.fromMs, selection.toMs, nowMs);
  }

  /**
   * @param toMs undefined for an open end
   * @throws {RangeInvalidError | RangeInFutureError | RangeTooLongError}
   */
  check(fromMs: number, toMs: number | undefined, nowMs = Date.now()): void {
    if (toMs !== undefined && toMs <= fromMs) throw new RangeInvalidError();
    if (fromMs >= nowMs) throw new RangeInFutureError();
    this.checkLength((toMs ?? nowMs) - fromMs);
  }

  /** Segments of the range in the order to play them, page by page; what is lost of them is left out. */
  async *segments({ parts }: Pick<PlaybackRange, 'parts'>): AsyncGenerator<readonly SegmentFacts[]> {
    const { manager } = this.dataSource;
    for (const part of parts) {
      const unplayable = await unplayableTracks(manager, part.directory);
      for await (const { segments } of readSegments(manager, part, part.firstNumber - 1, wholeSegments(manager))) {
        const playable = segments.flatMap((row) => playableSegment(row, unplayable));
        if (playable.length > 0) yield playable;
      }
    }
  }

  /** Tracks of the range's directories, oldest first: a session may point at an init that another left there. */
  tracks({ parts }: Pick<PlaybackRange, 'parts'>): Promise<TrackRow[]> {
    const directories = [...new Set(parts.map(({ directory }) => directory))];
    const condition = `"directory" IN (${placesFor(directories)}) ORDER BY "created_at"`;
    return findRows(this.dataSource.manager, TrackRow, condition, directories);
  }

  /** @returns why what had been recorded in some time is gone; undefined when nothing was deleted of it */
  async whyDeleted(stream: string, stretch: Stretch): Promise<DeletionReason | undefined> {
    return (await findDeleted(this.dataSource.manager, stream, stretch))[0]?.reason;
  }

  private async findSession(stream: string, sessionId: string): Promise<PlaybackRange> {
    const { manager } = this.dataSource;
    const isKnown = await manager.existsBy(RecordingSession, { id: sessionId, stream });
    const found = isKnown ? await findPartsOf(manager, sessionId) : [];
    const [first] = found;
    if (first === undefined) {
      const deletion = await whySessionDeleted(manager, stream, sessionId);
      if (deletion !== undefined) throw new RangeGoneError(deletion);
      throw isKnown ? new NothingRecordedError(stream) : new UnknownRecordingSessionError(sessionId);
    }
    const anchorMs = anchorOf(first.session);
    const fromMs = anchorMs + first.part.startMs;
    const endMs = anchorMs + largestOf(found.map(({ part }) => part.endMs));
    this.checkLength(endMs - fromMs);
    const { parts, isLost } = await this.locate(found, fromMs, Infinity);
    if (parts.length === 0) throw isLost ? new RangeGoneError('lost') : new NothingRecordedError(stream);
    const toMs = first.session.endedAt === null ? undefined : endMs;
    return { stream, fromMs, toMs, parts, sessions: [sessionView(first.session)] };
  }

  private async findStretch(
    stream: string,
    fromMs: number,
    toMs: number | undefined,
    nowMs: number,
  ): Promise<PlaybackRange> {
    this.check(fromMs, toMs, nowMs);
    const near = await findPartsNear(this.dataSource.manager, stream, fromMs, toMs ?? nowMs + DAY_MS);
    const { parts, isLost } = await this.locate(near, fromMs, toMs ?? Infinity);
    if (parts.length === 0) throw await this.absence(stream, { fromMs, toMs: toMs ?? nowMs }, isLost);
    const ids = new Set(parts.map(({ sessionId }) => sessionId));
    return { stream, fromMs, toMs, parts, sessions: sessionsOf(near, ids).map(sessionView) };
  }

  private checkLength(lengthMs: number): void {
    const hours = this.config.playback.max_range_hours;
    if (lengthMs > hours * HOUR_MS) throw new RangeTooLongError(hours);
  }

  private async locate(
    near: readonly PartOfSession[],
    fromMs: number,
    toMs: number,
  ): Promise<{ readonly parts: RecordedPart[]; readonly isLost: boolean }> {
    const { manager } = this.dataSource;
    const parts: RecordedPart[] = [];
    let isLost = false;
    for (const { part, session } of near) {
      const { directory, sessionId, startMs, endMs, segmentCount } = part;
      const anchorEpochMs = anchorOf(session);
      const stretch = { fromMs: fromMs - anchorEpochMs, toMs: toMs - anchorEpochMs };
      if (stretch.toMs <= startMs || stretch.fromMs >= endMs) continue;
      const within = { fromMs: stretch.fromMs, toMs: Math.min(stretch.toMs, endMs) };
      const firstNumber = await findFirstSegment(manager, part, within, false);
      if (firstNumber === undefined) isLost ||= (await findFirstSegment(manager, part, within, true)) !== undefined;
      else {
        const finishedAsOfMs = session.endedAt === null ? undefined : session.updatedAt.getTime();
        parts.push({
          directory,
          sessionId,
          anchorEpochMs,
          startMs,
          endMs,
          segmentCount,
          ...stretch,
          finishedAsOfMs,
          firstNumber,
        });
      }
    }
    return { parts, isLost };
  }

  /** Why nothing can be played: it is gone, nothing was recorded then, or nothing ever was. */
  private async absence(stream: string, stretch: Stretch, isLost: boolean): Promise<Error> {
    if (isLost) return new RangeGoneError('lost');
    const nearest = await findNearest(this.dataSource.manager, stream, stretch.fromMs, stretch.toMs);
    const deletion = await this.whyDeleted(stream, stretch);
    if (deletion !== undefined) return new RangeGoneError(deletion, nearest);
    return nearest === undefined ? new StreamNotRecordedError(stream) : new NothingRecordedError(stream, nearest);
  }
}

/** @returns none of a segment of which nothing can be played */
function playableSegment(segment: SegmentFacts, unplayable: ReadonlySet<string>): SegmentFacts[] {
  const kept = keptObjects(segment);
  const objects = unplayable.size === 0 ? kept : kept.filter(({ trackId }) => !unplayable.has(trackId));
  if (objects.length === 0) return [];
  return [objects === segment.objects ? segment : { ...segment, objects }];
}

function sessionsOf(near: readonly PartOfSession[], ids: ReadonlySet<string>): RecordingSession[] {
  const sessions = new Map(near.map(({ session }) => [session.id, session]));
  return [...sessions.values()].filter(({ id }) => ids.has(id));
}
