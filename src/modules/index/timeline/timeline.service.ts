import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { findDeleted } from '../deletion/deleted-stretches.js';
import { SessionPart, type DeletedStretch } from '../entities/index.js';
import { RangeGoneError, StreamNotRecordedError } from '../index.errors.js';
import { PlaybackRangeService } from '../playback-range.service.js';
import { UNFINISHED_STATES, type RecordingSessionView } from '../sessions/recording-session.js';
import { sessionView } from '../sessions/session-view.js';
import { drawTimeline, type DeletedMedia, type DrawnSession, type DrawnTimeline } from './draw-timeline.js';
import { countGaps, findSessionsOnTimeline, type SessionOnTimeline, type StreamStretch } from './find-sessions.js';
import { clip, lengthOf, type Stretch } from './stretch.js';

/** A page has no more pixels than that. */
const USUAL_STEPS = 1000;
/** A day has as many seconds. */
const MOST_STEPS = 86_400;
/** With more gaps than that the resolution becomes coarser: an answer has some 100 kB at most. */
const MOST_GAPS = 2000;
/** The newest; the list of sessions has them all. */
const MOST_SESSIONS = 500;

export interface TimelineOrder extends Stretch {
  readonly stream: string;
  /** Coarser where the answer would be too long. */
  readonly resolutionMs: number | undefined;
}

export interface Timeline extends DrawnTimeline, Stretch {
  readonly stream: string;
  readonly resolutionMs: number;
  /** Of the ranges, without what was merged into them. */
  readonly recordedMs: number;
  /** Of what lies inside the bounds; of a part that reaches out of them its share by time. */
  readonly sizeBytes: number;
  readonly sessionCount: number;
  /** Oldest first. */
  readonly sessions: readonly RecordingSessionView[];
}

/** What is recorded of a stream in some time, and what is not, and why. */
@Injectable()
export class TimelineService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly ranges: PlaybackRangeService,
  ) {}

  /** @throws {RangeInvalidError | RangeInFutureError | RangeTooLongError | StreamNotRecordedError | RangeGoneError} */
  async timeline({ stream, fromMs, toMs, resolutionMs: wantedMs }: TimelineOrder): Promise<Timeline> {
    const bounds = { fromMs, toMs };
    this.ranges.check(fromMs, toMs);
    const { manager } = this.dataSource;
    const resolutionMs = await this.resolutionOf({ stream, ...bounds }, wantedMs);
    const sessions = await findSessionsOnTimeline(manager, { stream, ...bounds }, resolutionMs);
    if (sessions.length === 0 && !(await manager.existsBy(SessionPart, { stream }))) {
      const deletion = await this.ranges.whyDeleted(stream, bounds);
      throw deletion === undefined ? new StreamNotRecordedError(stream) : new RangeGoneError(deletion);
    }
    const deleted = (await findDeleted(manager, stream, bounds)).map(deletedStretch);
    const shown = { sessions: sessions.map(drawn), deleted };
    const { ranges, gaps } = drawTimeline(shown, { ...bounds, resolutionMs, nowMs: Date.now() });
    const inside = sessions.filter(({ parts }) => parts.some((part) => clip(part, bounds) !== undefined));
    return {
      stream,
      ...bounds,
      resolutionMs,
      ranges,
      gaps,
      recordedMs: ranges.reduce((sum, range) => sum + lengthOf(range), 0),
      sizeBytes: Math.round(sizeIn(bounds, sessions)),
      sessionCount: inside.length,
      sessions: inside.slice(-MOST_SESSIONS).map(({ row }) => sessionView(row)),
    };
  }

  private async resolutionOf(wanted: StreamStretch, wantedMs: number | undefined): Promise<number> {
    const lengthMs = lengthOf(wanted);
    let resolutionMs = Math.ceil(Math.max(wantedMs ?? lengthMs / USUAL_STEPS, lengthMs / MOST_STEPS));
    while ((await countGaps(this.dataSource.manager, wanted, resolutionMs)) > MOST_GAPS) resolutionMs *= 2;
    return resolutionMs;
  }
}

function drawn({ row, ...session }: SessionOnTimeline): DrawnSession {
  const isInterrupted = row.state === 'interrupted';
  return {
    ...session,
    id: row.id,
    isInterrupted,
    isRecording: !isInterrupted && UNFINISHED_STATES.includes(row.state),
  };
}

function deletedStretch({ sessionId, reason, startedAt, endedAt }: DeletedStretch): DeletedMedia {
  return { sessionId, reason, fromMs: startedAt.getTime(), toMs: endedAt.getTime() };
}

function sizeIn(bounds: Stretch, sessions: readonly SessionOnTimeline[]): number {
  return sessions
    .flatMap(({ parts }) => parts)
    .reduce((sum, part) => {
      const inside = clip(part, bounds);
      return inside === undefined ? sum : sum + (part.sizeBytes * lengthOf(inside)) / lengthOf(part);
    }, 0);
}
