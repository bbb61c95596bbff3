import { Module } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { LoggerModule } from 'nestjs-pino';
import { APP_CONFIG, type AppConfig } from '../config/index.js';
import { BodyInterceptor } from './body/body.interceptor.js';
import { inputPipe } from './body/input-pipe.js';
import { ConnectionCloser } from './http/connection-closer.js';
import { HealthController } from './health/health.controller.js';
import { ReadinessService } from './health/readiness.service.js';
import { InfoController } from './info/info.controller.js';
import { FrameworkLogger } from './logging/framework-logger.js';
import { logOptions } from './logging/log-options.js';
import { ProblemFilter } from './problem/problem.filter.js';
import { TracingModule } from './tracing/tracing.module.js';
import { Tracing } from './tracing/tracing.js';

/** How every request is logged, read, checked and refused. */
@Module({
  imports: [
    TracingModule,
    LoggerModule.forRootAsync({
      inject: [APP_CONFIG, Tracing],
      useFactory: (config: AppConfig, tracing: Tracing) => logOptions(config, tracing),
    }),
  ],
  controllers: [HealthController, InfoController],
  providers: [
    ReadinessService,
    ConnectionCloser,
    FrameworkLogger,
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_INTERCEPTOR, useClass: BodyInterceptor },
    { provide: APP_PIPE, useFactory: inputPipe },
  ],
  exports: [ReadinessService],
})
export class PlatformModule {}
