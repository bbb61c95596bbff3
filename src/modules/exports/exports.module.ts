import { Module } from '@nestjs/common';
import { IndexModule } from '../index/index.module.js';
import { StorageModule } from '../storage/storage.module.js';
import { ClipController } from './clip.controller.js';
import { ClipService } from './clip.service.js';
import { ClipPlanner } from './clips/clip-planner.js';

@Module({
  imports: [IndexModule, StorageModule],
  controllers: [ClipController],
  providers: [ClipPlanner, ClipService],
})
export class ExportsModule {}
