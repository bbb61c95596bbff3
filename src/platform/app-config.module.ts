import { Module, type DynamicModule } from '@nestjs/common';
import { Build } from './info/build.js';
import { Implementations } from './info/implementations.js';
import { APP_CONFIG, ENGINE_WORKER_URL, type AppConfig } from '../config/index.js';

/** Gives what was known before anything else started to all modules. */
@Module({})
export class AppConfigModule {
  static of(config: AppConfig, engineWorkerUrl: URL, build: Build): DynamicModule {
    return {
      module: AppConfigModule,
      global: true,
      providers: [
        { provide: APP_CONFIG, useValue: config },
        { provide: ENGINE_WORKER_URL, useValue: engineWorkerUrl },
        { provide: Build, useValue: build },
        Implementations,
      ],
      exports: [APP_CONFIG, ENGINE_WORKER_URL, Build, Implementations],
    };
  }
}
