import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { StorageModule } from '../storage/storage.module.js';
import { indexEntities } from './entities/index.js';
import { FillerService } from './filler.service.js';
import { IndexService } from './index.service.js';
import { ManifestService } from './manifest.service.js';
import { NodeService } from './node.service.js';
import { ObjectController } from './object.controller.js';
import { ObjectService } from './object.service.js';
import { PlaybackController } from './playback.controller.js';

@Module({
  imports: [TypeOrmModule.forFeature([...indexEntities]), StorageModule],
  controllers: [PlaybackController, ObjectController],
  providers: [IndexService, ManifestService, ObjectService, FillerService, NodeService],
  exports: [IndexService, ManifestService, NodeService],
})
export class IndexModule {}
