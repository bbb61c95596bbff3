import { Inject, Injectable } from '@nestjs/common';
import { DataSource, In, IsNull, type EntityManager } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import type { RecordedGap, RecordedTrack, SegmentClosed, TrackReception } from '../../engine/index.js';
import { lockNames } from '../../persistence/row-locks.js';
import { inTransaction } from '../../persistence/transaction.js';
import { OutboxService, type OutgoingObject } from '../storage/outbox.service.js';
import { parseObjectKey } from '../storage/ports/object-key.js';
import { commitGap } from './commits/commit-gap.js';
import { commitSegments } from './commits/commit-segments.js';
import { SegmentBatches } from './commits/segment-batches.js';
import { countReceptions } from './commits/count-reception.js';
import { EMPTY_SESSION } from './sessions/empty-session.js';
import { RecordingSession, TrackRow } from './entities/index.js';
import { RecordingSessionRunningError, TrackConflictError, UnknownRecordingSessionError } from './index.errors.js';
import { lockSession, namesIn } from './commits/lock-session.js';
import { tellSession, tellWhenCommitted } from './events/index-events.js';
import { manifestPath } from './directories/object-names.js';
import {
  RUNNING_STATES,
  type OpenSessionInput,
  type RecordingSessionView,
  type SessionStateChange,
} from './sessions/recording-session.js';
import { currentInitKey } from './object-state/rename-object.js';
import { sessionView } from './sessions/session-view.js';

export { manifestPath } from './directories/object-names.js';
export type {
  OpenSessionInput,
  RecordingSessionReason,
  RecordingSessionView,
  RecordingTrigger,
  SessionStateChange,
  UnrecordedTrack,
} from './sessions/recording-session.js';

/** What recordings write: the rows behind every list, manifest and object. */
@Injectable()
export class IndexService {
  private readonly batches = new SegmentBatches((segments) =>
    this.write((manager) => commitSegments(manager, this.outbox, segments, this.config.recorder.time_zone)),
  );

  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: OutboxService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /**
   * Opens a session in state `waiting`; one with the same id is given back as it is.
   *
   * @throws {RecordingSessionRunningError}
   */
  openSession(input: OpenSessionInput): Promise<RecordingSessionView> {
    return this.write(async (manager) => {
      const { id, stream, nodeAlias } = input;
      const existing = await manager.findOneBy(RecordingSession, { id });
      if (existing !== null) return sessionView(existing);
      if (await manager.existsBy(RecordingSession, { stream, nodeAlias, state: In(RUNNING_STATES) })) {
        throw new RecordingSessionRunningError(stream);
      }
      const row = newSession(input);
      await manager.insert(RecordingSession, row);
      tellWhenCommitted(manager, { type: 'session-changed', session: row });
      return sessionView(row);
    });
  }

  /** Ties session time 0 to the wall clock, once: later calls change nothing. */
  anchorSession(sessionId: string, anchorEpochMs: number): Promise<void> {
    return this.write(async (manager) => {
      const anchoredAt = new Date(Math.round(anchorEpochMs));
      await manager.update(
        RecordingSession,
        { id: sessionId, anchoredAt: IsNull() },
        { anchoredAt, updatedAt: new Date() },
      );
    });
  }

  /** @throws {TrackConflictError} */
  commitTrack(sessionId: string, track: RecordedTrack): Promise<void> {
    return this.write(async (manager) => {
      const { directory, trackId, initSha256 } = track;
      await lockSession(manager, sessionId);
      await lockNames(manager, [namesIn(directory)]);
      const existing = await manager.findOneBy(TrackRow, { directory, sessionId, trackId });
      const initObjectKey = await currentInitKey(manager, directory, track.initObjectKey, initSha256);
      if (existing === null) {
        const named = { ...track, initObjectKey };
        await manager.insert(TrackRow, newTrack(sessionId, named));
        await this.outbox.keep(manager, initOf(named).key);
        await this.outbox.upload(manager, [initOf(named)]);
      } else if (existing.initObjectKey !== initObjectKey || existing.initSha256 !== initSha256) {
        throw new TrackConflictError(directory, trackId);
      }
    });
  }

  /**
   * Segment, session, part and day in one transaction, with other segments that come at the same time; the same segment
   * once more changes nothing.
   *
   * @param reception what came of the session's media, as {@link countReception} takes it: committed with the segment
   * @throws {SegmentConflictError | UnknownRecordingSessionError | EmptySegmentError}
   */
  commitSegment(segment: SegmentClosed, reception: readonly TrackReception[] = []): Promise<void> {
    return this.batches.add({ segment, reception });
  }

  /** What came of the session's media, all of it; told again it changes nothing. */
  countReception(sessionId: string, tracks: readonly TrackReception[]): Promise<void> {
    return this.write((manager) => countReceptions(manager, [{ sessionId, tracks }]));
  }

  /** A gap that is known already may have grown. */
  commitGap(sessionId: string, gap: RecordedGap): Promise<void> {
    return this.write((manager) => commitGap(manager, sessionId, gap));
  }

  /** @throws {UnknownRecordingSessionError} */
  setSessionState(sessionId: string, change: SessionStateChange): Promise<void> {
    return this.write(async (manager) => {
      const moved = change.directory === undefined ? {} : { mpdPath: manifestPath(change.directory) };
      const { affected } = await manager.update(
        RecordingSession,
        { id: sessionId },
        { ...change, ...moved, updatedAt: new Date() },
      );
      if (affected === 0) throw new UnknownRecordingSessionError(sessionId);
      await tellSession(manager, sessionId);
    });
  }

  /** Manifests and session files of all its directories say how the session ended. */
  async sessionPublished(sessionId: string): Promise<void> {
    await this.write((manager) => manager.update(RecordingSession, { id: sessionId }, { publishedAt: new Date() }));
  }

  private write<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return inTransaction(this.dataSource, work);
  }
}

function newSession(input: OpenSessionInput): RecordingSession {
  const now = new Date();
  return {
    ...input,
    baseDir: input.baseDir ?? null,
    state: 'waiting',
    reason: null,
    mpdPath: manifestPath(input.directory),
    interruptedAt: null,
    endedAt: null,
    anchoredAt: null,
    ...EMPTY_SESSION,
    createdAt: now,
    updatedAt: now,
  };
}

function newTrack(sessionId: string, track: RecordedTrack): TrackRow {
  const { width, height, sampleRate, channels, ...always } = track;
  return {
    ...always,
    sessionId,
    width: width ?? null,
    height: height ?? null,
    sampleRate: sampleRate ?? null,
    channels: channels ?? null,
    lostAt: null,
    createdAt: new Date(),
  };
}

function initOf({ initObjectKey, initSizeBytes, initSha256 }: RecordedTrack): OutgoingObject {
  return { key: parseObjectKey(initObjectKey), sizeBytes: initSizeBytes, sha256: initSha256 };
}
