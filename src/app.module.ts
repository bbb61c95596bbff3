import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource, DataSourceOptions } from 'typeorm';
import { APP_CONFIG, type AppConfig } from './config/index.js';
import { migrations } from './migrations/index.js';
import { AuditModule } from './modules/audit/audit.module.js';
import { JUDGE, RefusalGuard } from './modules/audit/refusal.guard.js';
import { AuthGuard, OPEN_CONTROLLERS, type OpenControllers } from './modules/auth/auth.guard.js';
import { AuthModule } from './modules/auth/auth.module.js';
import { CascadeModule } from './modules/cascade/cascade.module.js';
import { ExportsModule } from './modules/exports/exports.module.js';
import { GraphqlModule } from './modules/graphql/graphql.module.js';
import { HooksModule } from './modules/hooks/hooks.module.js';
import { IceModule } from './modules/ice/ice.module.js';
import { ReachabilityModule } from './modules/ice/reachability.module.js';
import { IndexModule } from './modules/index/index.module.js';
import { LiveMetricsModule } from './modules/live-metrics/live-metrics.module.js';
import { PlaybackUrlsModule } from './modules/playback-urls/playback-urls.module.js';
import { RecorderModule } from './modules/recorder/recorder.module.js';
import { SessionTracesModule } from './modules/session-traces/session-traces.module.js';
import { SignalingModule } from './modules/signaling/signaling.module.js';
import { StorageModule } from './modules/storage/storage.module.js';
import { WebhooksModule } from './modules/webhooks/webhooks.module.js';
import { dataSourceOptions } from './persistence/data-source-options.js';
import { openDataSource } from './persistence/open-data-source.js';
import { AppConfigModule } from './platform/app-config.module.js';
import { HealthController } from './platform/health/health.controller.js';
import type { Build } from './platform/info/build.js';
import { InfoController } from './platform/info/info.controller.js';
import { MetricsController } from './platform/metrics/metrics.controller.js';
import { MetricsModule } from './platform/metrics/metrics.module.js';
import { PlatformModule } from './platform/platform.module.js';

/** The framework adds the entities of all modules to the options. */
function openWithEntities(options: DataSourceOptions | undefined): Promise<DataSource> {
  if (options === undefined) throw new RangeError('no data source options');
  return openDataSource(options);
}

@Module({
  imports: [
    PlatformModule,
    MetricsModule,
    TypeOrmModule.forRootAsync({
      inject: [APP_CONFIG],
      useFactory: ({ database }: AppConfig) => ({
        ...dataSourceOptions(database, { entities: [], migrations }),
        autoLoadEntities: true,
        toRetry: () => false,
      }),
      dataSourceFactory: openWithEntities,
    }),
    AuditModule,
    AuthModule,
    IceModule,
    StorageModule,
    IndexModule,
    PlaybackUrlsModule,
    ExportsModule,
    SignalingModule,
    ReachabilityModule,
    RecorderModule,
    CascadeModule,
    WebhooksModule,
    HooksModule,
    LiveMetricsModule,
    SessionTracesModule,
    GraphqlModule,
  ],
  providers: [
    {
      provide: OPEN_CONTROLLERS,
      inject: [APP_CONFIG],
      useFactory: ({ http }: AppConfig): OpenControllers =>
        http.metrics_public
          ? [HealthController, InfoController, MetricsController]
          : [HealthController, InfoController],
    },
    AuthGuard,
    { provide: JUDGE, useExisting: AuthGuard },
    { provide: APP_GUARD, useClass: RefusalGuard },
  ],
})
export class AppModule {
  static of(config: AppConfig, engineWorkerUrl: URL, build: Build): DynamicModule {
    return { module: AppModule, imports: [AppConfigModule.of(config, engineWorkerUrl, build)] };
  }
}
