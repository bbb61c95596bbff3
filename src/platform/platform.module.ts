import { Module, StandardSchemaValidationPipe } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { LoggerModule } from 'nestjs-pino';
import { APP_CONFIG, type AppConfig } from '../config/index.js';
import { BodyInterceptor } from './body/body.interceptor.js';
import { InputInvalidError } from './body/body.errors.js';
import { ConnectionCloser } from './http/connection-closer.js';
import { HealthController } from './health/health.controller.js';
import { ReadinessService } from './health/readiness.service.js';
import { FrameworkLogger } from './logging/framework-logger.js';
import { logOptions } from './logging/log-options.js';
import { ProblemFilter } from './problem/problem.filter.js';

/** How every request is logged, read, checked and refused. */
@Module({
  imports: [
    LoggerModule.forRootAsync({ inject: [APP_CONFIG], useFactory: (config: AppConfig) => logOptions(config) }),
    TerminusModule.forRoot({ logger: false }),
  ],
  controllers: [HealthController],
  providers: [
    ReadinessService,
    ConnectionCloser,
    FrameworkLogger,
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_INTERCEPTOR, useClass: BodyInterceptor },
    {
      provide: APP_PIPE,
      useFactory: () =>
        new StandardSchemaValidationPipe({
          exceptionFactory: (issues) => new InputInvalidError(issues.map(complaintOf)),
        }),
    },
  ],
  exports: [ReadinessService],
})
export class PlatformModule {}

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

function complaintOf({ message, path = [] }: Issue): string {
  const names = path.map((segment) => String(typeof segment === 'object' ? segment.key : segment));
  return names.length === 0 ? message : `${names.join('.')}: ${message}`;
}
