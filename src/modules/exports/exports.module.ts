import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/auth.module.js';
import { IndexModule } from '../index/index.module.js';
import { PlaybackUrlsModule } from '../playback-urls/playback-urls.module.js';
import { StorageModule } from '../storage/storage.module.js';
import { ClipController } from './clip.controller.js';
import { ClipService } from './clip.service.js';
import { ClipPlanner } from './clips/clip-planner.js';
import { ExportOwner } from './export-owner.js';
import { ExportRow } from './entities/export-row.entity.js';
import { ExportResolver } from './graphql/export.resolver.js';
import { ExportPlaces } from './export-places.js';
import { ExportsFeed } from './exports-feed.js';
import { ExportsController } from './exports.controller.js';
import { ExportsService } from './exports.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([ExportRow]), AuthModule, IndexModule, PlaybackUrlsModule, StorageModule],
  controllers: [ClipController, ExportsController],
  providers: [ClipPlanner, ClipService, ExportsService, ExportsFeed, ExportOwner, ExportPlaces, ExportResolver],
  exports: [ExportsService],
})
export class ExportsModule {}
