import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { createStorageDriver } from './drivers/index.js';
import { Job } from './entities/job.entity.js';
import { StorageDriver } from './ports/storage-driver.js';
import { StorageService } from './storage.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([Job])],
  providers: [
    StorageService,
    {
      provide: StorageDriver,
      inject: [APP_CONFIG],
      useFactory: (config: AppConfig) => createStorageDriver(config.recorder.storage),
    },
  ],
  exports: [StorageService],
})
export class StorageModule {}
