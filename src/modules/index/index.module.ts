import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { StorageModule } from '../storage/storage.module.js';
import { MemoryKeeperService } from './deletion/memory-keeper.service.js';
import { RecordingDeletionService } from './deletion/recording-deletion.service.js';
import { indexEntities } from './entities/index.js';
import { FillerService } from './object-access/filler.service.js';
import { IndexLoaders } from './graphql/index-loaders.js';
import { PermittedStreams } from './graphql/permitted-streams.js';
import { indexResolvers } from './graphql/index-resolvers.js';
import { IndexEventsService } from './index-events.service.js';
import { IndexSyncController } from './index-sync/index-sync.controller.js';
import { IndexSyncService } from './index-sync/index-sync.service.js';
import { DirectoryService } from './directory.service.js';
import { IndexService } from './index.service.js';
import { RecordedSessionsService } from './recorded-sessions.service.js';
import { PlaybackEntriesService } from './playback/playback-entries.service.js';
import { KnownObjectsService } from './archive/known-objects.service.js';
import { ManifestService } from './manifest.service.js';
import { NodeController } from './nodes/node.controller.js';
import { NodeListService } from './node-list.service.js';
import { NodeService } from './nodes/node.service.js';
import { ObjectController } from './object-access/object.controller.js';
import { ObjectService } from './object-access/object.service.js';
import { PlaybackViewService } from './playback/playback-view.service.js';
import { ViewController } from './playback/view.controller.js';
import { ObjectOwner } from './owners/object-owner.js';
import { RecordingOwner } from './owners/recording-owner.js';
import { SessionOwner } from './owners/session-owner.js';
import { ObjectRangeService } from './object-range.service.js';
import { PlaybackRangeService } from './playback-range.service.js';
import { PlaybackController } from './playback/playback.controller.js';
import { RecordingController } from './recordings/recording.controller.js';
import { RecordingListService } from './recordings/recording-list.service.js';
import { RecordingSessionController } from './sessions/session.controller.js';
import { RetentionService } from './retention/retention.service.js';
import { SpoolKeeperService } from './spool/spool-keeper.service.js';
import { StorageReportController } from './storage-report/storage-report.controller.js';
import { StorageMetricsService } from './storage-report/storage-metrics.service.js';
import { StorageReportService } from './storage-report/storage-report.service.js';
import { SegmentUploads } from './object-state/segment-uploads.js';
import { SessionHoldService } from './sessions/session-hold.service.js';
import { SessionRelationsService } from './sessions/session-relations.service.js';
import { SessionListService } from './sessions/session-list.service.js';
import { MadePicturesService } from './thumbnails/made-pictures.service.js';
import { ThumbnailController } from './thumbnails/thumbnail.controller.js';
import { ThumbnailService } from './thumbnails/thumbnail.service.js';
import { TileSheetController } from './thumbnails/tiles/tile-sheet.controller.js';
import { TileSheetService } from './thumbnails/tiles/tile-sheet.service.js';
import { TimelineController } from './timeline/timeline.controller.js';
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
    TileSheetController,
  ],
  providers: [
    IndexService,
    RecordedSessionsService,
    DirectoryService,
    PlaybackEntriesService,
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
    MemoryKeeperService,
    StorageReportService,
    StorageMetricsService,
    SegmentUploads,
    KnownObjectsService,
    SpoolKeeperService,
    TimelineService,
    MadePicturesService,
    ThumbnailService,
    TileSheetService,
    SessionRelationsService,
    NodeListService,
    IndexEventsService,
    SessionOwner,
    RecordingOwner,
    ObjectOwner,
    ObjectRangeService,
    PermittedStreams,
    ...indexResolvers,
  ],
  exports: [
    IndexService,
    RecordedSessionsService,
    DirectoryService,
    ManifestService,
    NodeService,
    ObjectRangeService,
    NodeListService,
    PlaybackRangeService,
    IndexEventsService,
    IndexLoaders,
  ],
})
export class IndexModule {}
