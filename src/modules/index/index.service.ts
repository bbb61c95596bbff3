import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource, In, IsNull, Not, type EntityManager } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import type {
  RecordedGap,
  RecordedTrack,
  RecordingDirectory,
  SegmentClosed,
  TrackReception,
} from '../../engine/index.js';
import { lockNames } from '../../persistence/row-locks.js';
import { inTransaction } from '../../persistence/transaction.js';
import { OutboxService, type OutgoingObject } from '../storage/outbox.service.js';
import { parseObjectKey } from '../storage/ports/object-key.js';
import type { StoredObject } from '../storage/ports/storage-driver.js';
import { StorageCallUnsupportedError, StorageUnavailableError } from '../storage/storage.errors.js';
import { StorageService } from '../storage/storage.service.js';
import { commitGap } from './commits/commit-gap.js';
import { commitSegments } from './commits/commit-segments.js';
import { SegmentBatches } from './commits/segment-batches.js';
import {
  findCommittedPart,
  findSegmentBefore,
  type CommittedPart,
  type CommittedSegment,
} from './commits/committed-segments.js';
import { countReception, receptionOf } from './commits/count-reception.js';
import { enterDirectory } from './deletion/directory-marks.js';
import { findDirectoryOwner } from './directories/directory-claims.js';
import { directoryStateOf, isKnown } from './directories/directory-state.js';
import { EMPTY_SESSION } from './sessions/empty-session.js';
import { RecordingSession, SegmentRow, SessionPart, TrackRow } from './entities/index.js';
import { RecordingSessionRunningError, TrackConflictError, UnknownRecordingSessionError } from './index.errors.js';
import { lockSession, namesIn } from './commits/lock-session.js';
import { tellSession, tellWhenCommitted } from './events/index-events.js';
import { manifestPath, splitKey } from './object-names.js';
import { findPlaybackEntries, findRecordedStreams } from './playback/playback-entries.js';
import {
  RUNNING_STATES,
  UNFINISHED_STATES,
  type OpenSessionInput,
  type PlaybackEntry,
  type RecordingSessionState,
  type RecordingSessionView,
  type SessionStateChange,
} from './sessions/recording-session.js';
import { currentInitKey } from './object-state/rename-object.js';
import { sessionView } from './sessions/session-view.js';

export { manifestPath } from './object-names.js';
export type { CommittedPart, CommittedSegment } from './commits/committed-segments.js';
export type {
  OpenSessionInput,
  PlaybackEntry,
  RecordingSessionReason,
  RecordingSessionView,
  RecordingTrigger,
  SessionStateChange,
  UnrecordedTrack,
} from './sessions/recording-session.js';

/** What exists and where: the rows behind every list, manifest and object. */
@Injectable()
export class IndexService {
  private readonly logger = new Logger(IndexService.name);
  private readonly batches = new SegmentBatches((segments) =>
    this.write((manager) => commitSegments(manager, this.outbox, segments, this.config.recorder.time_zone)),
  );

  constructor(
    private readonly dataSource: DataSource,
    private readonly storage: StorageService,
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
   * @throws {SegmentConflictError | UnknownRecordingSessionError | EmptySegmentError}
   */
  commitSegment(segment: SegmentClosed): Promise<void> {
    return this.batches.add(segment);
  }

  /** What came of the session's media, all of it; told again it changes nothing. */
  countReception(sessionId: string, tracks: readonly TrackReception[]): Promise<void> {
    return this.write((manager) => countReception(manager, sessionId, tracks));
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

  async session(sessionId: string): Promise<RecordingSessionView | undefined> {
    const row = await this.dataSource.manager.findOneBy(RecordingSession, { id: sessionId });
    return row === null ? undefined : sessionView(row);
  }

  /** What was counted of a session's media so far. */
  receptionOf(sessionId: string): Promise<TrackReception[]> {
    return receptionOf(this.dataSource.manager, sessionId);
  }

  /** Where a session has media, and where it records now or ended. */
  async directoriesOf(sessionId: string): Promise<string[]> {
    const { manager } = this.dataSource;
    const parts = await manager.find(SessionPart, { where: { sessionId }, order: { startMs: 'ASC' } });
    const row = await manager.findOneBy(RecordingSession, { id: sessionId });
    const directories = parts.map(({ directory }) => directory);
    return [...new Set(row === null ? directories : [...directories, row.directory])];
  }

  /**
   * What this node left behind when it stopped, oldest first. A SQLite database has one server, whatever it was called
   * when it wrote them; elsewhere the alias tells.
   */
  unfinishedSessions(): Promise<RecordingSessionView[]> {
    return this.leftInState(UNFINISHED_STATES);
  }

  /** Sessions of this node that ended, and whose manifests may not say so. */
  unpublishedSessions(): Promise<RecordingSessionView[]> {
    return this.leftInState(['completed', 'failed']);
  }

  /** Sessions with media in a directory, in the order of their segments, then those that have none there yet. */
  async sessionsIn(directory: string): Promise<RecordingSessionView[]> {
    const { manager } = this.dataSource;
    const parts = await manager.find(SessionPart, { where: { directory }, order: { firstNumber: 'ASC' } });
    const ids = parts.map(({ sessionId }) => sessionId);
    const withMedia = new Map((await manager.findBy(RecordingSession, { id: In(ids) })).map((row) => [row.id, row]));
    const without = await manager.find(RecordingSession, {
      where: { directory, id: Not(In(ids)) },
      order: { startedAt: 'ASC' },
    });
    return [...ids.flatMap((id) => withMedia.get(id) ?? []), ...without].map(sessionView);
  }

  /** What a recording must know before it writes there, from rows and from the files that lie there. Inits are kept for it. */
  async directoryState(directory: string): Promise<RecordingDirectory> {
    const { manager } = this.dataSource;
    const mark = await this.write((transaction) => enterDirectory(transaction, directory));
    const lastNumber = (await manager.maximum(SegmentRow, 'number', { directory })) ?? 0;
    const tracks = await manager.find(TrackRow, { where: { directory }, order: { createdAt: 'ASC' } });
    const sizes = new Map<string, number>();
    for await (const { key, sizeBytes } of this.storage.list(directory)) sizes.set(splitKey(key).name, sizeBytes);
    if (!isKnown(lastNumber, tracks, sizes)) {
      for (const { key, sizeBytes } of await this.bucketsHave(directory)) {
        const { name } = splitKey(key);
        if (!sizes.has(name)) sizes.set(name, sizeBytes);
      }
    }
    return directoryStateOf(directory, lastNumber, tracks, sizes, mark);
  }

  /** A bucket that is away, or lists nothing, does not keep a recording from its beginning: what it has there is seen when it is uploaded to. */
  private async bucketsHave(directory: string): Promise<StoredObject[]> {
    try {
      return await this.storage.listBuckets(directory);
    } catch (error) {
      if (error instanceof StorageCallUnsupportedError) return [];
      if (!(error instanceof StorageUnavailableError)) throw error;
      this.logger.warn(`What the bucket has in ${directory} is not known: ${error.message}`);
      return [];
    }
  }

  /** What the rows say of a session that a crash interrupted, in one of its directories. */
  committedPart(sessionId: string, directory: string): Promise<CommittedPart> {
    return findCommittedPart(this.dataSource.manager, sessionId, directory);
  }

  /** @returns the session's last segment before a number of a directory; without any there its last one elsewhere */
  segmentBefore(sessionId: string, directory: string, number: number): Promise<CommittedSegment | undefined> {
    return findSegmentBefore(this.dataSource.manager, sessionId, directory, number);
  }

  /**
   * @param exceptStream may record there: its own claim does not count
   * @returns a stream that has recorded there, or whose default tree (the folder of its name) lies above, below or there
   */
  directoryOwner(directory: string, exceptStream?: string): Promise<string | undefined> {
    return findDirectoryOwner(this.dataSource.manager, directory, exceptStream ?? '');
  }

  /** Names of the streams with recorded media, sorted. */
  streams(): Promise<string[]> {
    return findRecordedStreams(this.dataSource.manager);
  }

  /** One entry for each directory that the stream has media in, oldest first. */
  recordingsOf(stream: string): Promise<PlaybackEntry[]> {
    return findPlaybackEntries(this.dataSource.manager, stream, this.config.recorder.time_zone);
  }

  private async leftInState(states: readonly RecordingSessionState[]): Promise<RecordingSessionView[]> {
    const isAlone = this.dataSource.options.type === 'better-sqlite3';
    const node = isAlone ? {} : { nodeAlias: this.config.recorder.node_alias };
    const rows = await this.dataSource.manager.find(RecordingSession, {
      where: { state: In(states), publishedAt: IsNull(), ...node },
      order: { startedAt: 'ASC' },
    });
    return rows.map(sessionView);
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
