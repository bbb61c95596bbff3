import { Injectable } from '@nestjs/common';
import type { RecordedGap, RecordedTrack, RecordingDirectory, SegmentClosed } from '../../engine/index.js';
import type { OpenSessionInput, PlaybackEntry, RecordingSessionView, SessionStateChange } from './recording-session.js';

export type {
  OpenSessionInput,
  PlaybackEntry,
  RecordingSessionReason,
  RecordingSessionState,
  RecordingSessionView,
  RecordingTrigger,
  SessionStateChange,
} from './recording-session.js';

/** What exists and where: the rows behind every list, manifest and object. */
@Injectable()
export abstract class IndexService {
  abstract openSession(input: OpenSessionInput): Promise<RecordingSessionView>;
  abstract anchorSession(sessionId: string, anchorEpochMs: number): Promise<void>;
  abstract commitTrack(sessionId: string, track: RecordedTrack): Promise<void>;
  /** One transaction; a segment that is already there with the same objects changes nothing. */
  abstract commitSegment(segment: SegmentClosed): Promise<void>;
  abstract commitGap(sessionId: string, gap: RecordedGap): Promise<void>;
  abstract setSessionState(sessionId: string, change: SessionStateChange): Promise<void>;
  abstract session(sessionId: string): Promise<RecordingSessionView | undefined>;
  abstract unfinishedSessions(): Promise<RecordingSessionView[]>;
  abstract runningSessionOf(stream: string): Promise<RecordingSessionView | undefined>;
  abstract sessionsIn(directory: string): Promise<RecordingSessionView[]>;
  abstract directoryState(directory: string): Promise<RecordingDirectory>;
  /** @returns a stream other than `exceptStream` that has recorded there or whose default tree lies above or below */
  abstract directoryOwner(directory: string, exceptStream?: string): Promise<string | undefined>;
  abstract streams(): Promise<string[]>;
  abstract recordingsOf(stream: string): Promise<PlaybackEntry[]>;
}
