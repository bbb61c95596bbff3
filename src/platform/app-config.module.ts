import { Module, type DynamicModule } from '@nestjs/common';
import { APP_CONFIG, ENGINE_WORKER_URL, type AppConfig } from '../config/index.js';

/** Gives the configuration, read before anything else started, to all modules. */
@Module({})
export class AppConfigModule {
  static of(config: AppConfig, engineWorkerUrl: URL): DynamicModule {
    return {
      module: AppConfigModule,
      global: true,
      providers: [
        { provide: APP_CONFIG, useValue: config },
        { provide: ENGINE_WORKER_URL, useValue: engineWorkerUrl },
      ],
      exports: [APP_CONFIG, ENGINE_WORKER_URL],
    };
  }
}
