import type { Clock } from '../../shared/clock.js';
import type { Engine } from '../../engine/index.js';
import type { DirectoryService } from '../index/directory.service.js';
import type { IndexService } from '../index/index.service.js';
import type { RecordedSessionsService } from '../index/recorded-sessions.service.js';
import type { StorageService } from '../storage/storage.service.js';
import type { FailureLog } from '../signaling/ports/failure-log.js';
import type { ManifestPublisher } from './manifest-publisher.js';
import type { LeftoverSalvage } from './ports/leftover-salvage.js';
import type { RecorderSettings } from './recorder-settings.js';
import type { RecordingCalendar } from './recording-calendar.js';

export type RecordingEngine = Pick<Engine, 'on' | 'startRecording' | 'stopRecording' | 'rollOver' | 'splitRecording'>;

/** What recordings write into the index. */
export type RecordingIndex = Pick<
  IndexService,
  | 'openSession'
  | 'anchorSession'
  | 'commitTrack'
  | 'commitSegment'
  | 'commitGap'
  | 'countReception'
  | 'setSessionState'
  | 'sessionPublished'
>;

/** What they ask of what is there. */
export type RecordingSessions = Pick<
  RecordedSessionsService,
  'session' | 'receptionOf' | 'directoriesOf' | 'unfinishedSessions' | 'unpublishedSessions'
>;

export type RecordingDirectories = Pick<DirectoryService, 'directoryState' | 'directoryOwner'>;

/** What every recording works with. */
export interface RecordingContext {
  readonly engine: RecordingEngine;
  readonly index: RecordingIndex;
  readonly sessions: RecordingSessions;
  readonly directories: RecordingDirectories;
  readonly manifests: ManifestPublisher;
  readonly storage: Pick<StorageService, 'localRoot' | 'freeBytes' | 'head'>;
  readonly salvage: LeftoverSalvage;
  readonly calendar: RecordingCalendar;
  readonly settings: RecorderSettings;
  readonly clock: Clock;
  readonly log: FailureLog;
}
