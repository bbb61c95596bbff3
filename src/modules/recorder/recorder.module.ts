import { Logger, Module } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { Engine, recoverOpenSegments } from '../../engine/index.js';
import { systemClock } from '../../shared/clock.js';
import { IndexModule } from '../index/index.module.js';
import { DirectoryService } from '../index/directory.service.js';
import { IndexService } from '../index/index.service.js';
import { RecordedSessionsService } from '../index/recorded-sessions.service.js';
import { ManifestService } from '../index/manifest.service.js';
import { failureLog } from '../signaling/ports/failure-log.js';
import { StreamDemand } from '../signaling/ports/stream-demand.js';
import { SignalingModule } from '../signaling/signaling.module.js';
import { SignalingService } from '../signaling/signaling.service.js';
import { StorageModule } from '../storage/storage.module.js';
import { StorageService } from '../storage/storage.service.js';
import { ManifestPublisher } from './manifest-publisher.js';
import { RecorderController } from './recorder.controller.js';
import { RecorderResolver } from './graphql/recorder.resolver.js';
import type { RecorderSettings } from './recorder-settings.js';
import { RecorderMetrics } from './recorder-metrics.js';
import { RecorderService } from './recorder.service.js';
import { RecordingCalendar } from './recording-calendar.js';
import type { RecordingContext } from './recording-context.js';
import { SegmentSalvage } from './segment-salvage.js';
import { SplitController } from './split.controller.js';
import { StreamPatterns } from '../../shared/stream-patterns.js';

/** What of the index recordings work with. */
type IndexDoors = Pick<RecordingContext, 'index' | 'directories'> & { readonly sessions: RecordedSessionsService };

const INDEX = Symbol('IndexDoors');
const CONTEXT = Symbol('RecordingContext');

@Module({
  imports: [SignalingModule, IndexModule, StorageModule],
  controllers: [RecorderController, SplitController],
  providers: [
    RecorderResolver,
    RecorderMetrics,
    {
      provide: INDEX,
      inject: [IndexService, RecordedSessionsService, DirectoryService],
      useFactory: (
        index: IndexService,
        sessions: RecordedSessionsService,
        directories: DirectoryService,
      ): IndexDoors => ({ index, sessions, directories }),
    },
    {
      provide: CONTEXT,
      inject: [APP_CONFIG, Engine, INDEX, ManifestService, StorageService],
      useFactory: recordingContext,
    },
    {
      provide: RecorderService,
      inject: [CONTEXT, SignalingService, StreamDemand, APP_CONFIG],
      useFactory: (
        context: RecordingContext,
        signaling: SignalingService,
        demand: StreamDemand,
        { recorder }: AppConfig,
      ) => new RecorderService(context, signaling, new StreamPatterns(recorder.auto_streams), demand),
    },
  ],
  exports: [RecorderService],
})
export class RecorderModule {}

function recordingContext(
  config: AppConfig,
  engine: Engine,
  doors: IndexDoors,
  manifests: ManifestService,
  storage: StorageService,
): RecordingContext {
  const log = failureLog(new Logger(RecorderService.name));
  const calendar = new RecordingCalendar(config.recorder.time_zone);
  const rootPath = storage.localRoot;
  const clock = systemClock;
  const { sessions } = doors;
  const salvage = new SegmentSalvage({ sessions, recover: recoverOpenSegments, rootPath, calendar, clock, log });
  return {
    engine,
    ...doors,
    manifests: new ManifestPublisher(manifests, log),
    storage,
    salvage: (session) => salvage.salvage(session),
    calendar,
    settings: settingsOf(config),
    clock,
    log,
  };
}

function settingsOf({ recorder }: AppConfig): RecorderSettings {
  return {
    nodeAlias: recorder.node_alias,
    segmentDurationMs: recorder.segment_duration_seconds * 1000,
    fragmentDurationMs: recorder.fragment_duration_ms,
    fsync: recorder.fsync,
    reconnectWindowMs: recorder.reconnect_window_seconds * 1000,
    maxDurationMs: recorder.max_recording_seconds === 0 ? Infinity : recorder.max_recording_seconds * 1000,
    onFull: recorder.on_full,
    minFreeBytes: recorder.min_free_bytes,
  };
}
