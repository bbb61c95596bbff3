import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { StorageModule } from '../storage/storage.module.js';
import { RecordingDeletionService } from './deletion/recording-deletion.service.js';
import { indexEntities } from './entities/index.js';
import { FillerService } from './filler.service.js';
import { IndexLoaders } from './graphql/index-loaders.js';
import { indexResolvers } from './graphql/index-resolvers.js';
import { IndexEventsService } from './index-events.service.js';
import { IndexSyncController } from './index-sync.controller.js';
import { IndexSyncService } from './index-sync.service.js';
import { IndexService } from './index.service.js';
import { ManifestService } from './manifest.service.js';
import { NodeController } from './node.controller.js';
import { NodeListService } from './node-list.service.js';
import { NodeService } from './node.service.js';
import { ObjectController } from './object.controller.js';
import { ObjectService } from './object.service.js';
import { PlaybackViewService } from './playback-view.service.js';
import { ViewController } from './view.controller.js';
import { PlaybackRangeService } from './playback-range.service.js';
import { PlaybackController } from './playback.controller.js';
import { RecordingController } from './recording.controller.js';
import { RecordingListService } from './recordings/recording-list.service.js';
import { RecordingSessionController } from './session.controller.js';
import { RetentionService } from './retention/retention.service.js';
import { SpoolKeeperService } from './spool/spool-keeper.service.js';
import { StorageReportController } from './storage-report.controller.js';
import { StorageMetricsService } from './storage-report/storage-metrics.service.js';
import { StorageReportService } from './storage-report/storage-report.service.js';
import { SegmentUploads } from './segment-uploads.js';
import { SessionHoldService } from './sessions/session-hold.service.js';
import { SessionRelationsService } from './sessions/session-relations.service.js';
import { SessionListService } from './sessions/session-list.service.js';
import { ThumbnailController } from './thumbnail.controller.js';
import { ThumbnailService } from './thumbnails/thumbnail.service.js';
import { TimelineController } from './timeline.controller.js';
import { TimelineService } from './timeline/timeline.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([...indexEntities]), StorageModule],
  controllers: [
    PlaybackController,
    IndexSyncController,
    ViewController,
    RecordingController,
    RecordingSessionController,
    ObjectController,
    StorageReportController,
    NodeController,
    TimelineController,
    ThumbnailController,
  ],
  providers: [
    IndexService,
    IndexSyncService,
    ManifestService,
    PlaybackRangeService,
    PlaybackViewService,
    ObjectService,
    FillerService,
    NodeService,
    SessionListService,
    SessionHoldService,
    RecordingListService,
    RecordingDeletionService,
    RetentionService,
    StorageReportService,
    StorageMetricsService,
    SegmentUploads,
    SpoolKeeperService,
    TimelineService,
    ThumbnailService,
    SessionRelationsService,
    NodeListService,
    IndexEventsService,
    ...indexResolvers,
  ],
  exports: [IndexService, ManifestService, NodeService, PlaybackRangeService, IndexEventsService, IndexLoaders],
})
export class IndexModule {}
