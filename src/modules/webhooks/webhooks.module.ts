import { Logger, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { ForbiddenAddresses } from '../../platform/outgoing/forbidden-addresses.js';
import { systemClock } from '../../shared/clock.js';
import { IndexEventsService } from '../index/index-events.service.js';
import { IndexModule } from '../index/index.module.js';
import { DirectoryService } from '../index/directory.service.js';
import { failureLog } from '../signaling/ports/failure-log.js';
import { SignalingModule } from '../signaling/signaling.module.js';
import { SignalingService } from '../signaling/signaling.service.js';
import { OutboxService } from '../storage/outbox.service.js';
import { FreeSpace } from '../storage/ports/free-space.js';
import { StorageModule } from '../storage/storage.module.js';
import { StorageService } from '../storage/storage.service.js';
import { Deliverer } from './delivery/deliverer.js';
import { DeliveryLog } from './delivery/delivery-log.js';
import { DeliveryMetrics } from './delivery/delivery-metrics.js';
import { webhookEntities } from './entities/index.js';
import { EventWriter } from './events/event-writer.js';
import { StorageWatch } from './events/storage-watch.js';
import { WebhookResolver } from './graphql/webhook.resolver.js';
import { TargetDirectory } from './targets/target-directory.js';
import { WebhooksController } from './webhooks.controller.js';
import { WebhooksService, type WebhookParts, type WebhookSources } from './webhooks.service.js';

const SOURCES = Symbol('WebhookSources');
const HOUR_MS = 3_600_000;

/** What happens, told by HTTP. */
@Module({
  imports: [TypeOrmModule.forFeature([...webhookEntities]), SignalingModule, IndexModule, StorageModule],
  controllers: [WebhooksController],
  providers: [
    WebhookResolver,
    {
      provide: SOURCES,
      inject: [DataSource, SignalingService, DirectoryService, IndexEventsService, OutboxService],
      useFactory: (
        dataSource: DataSource,
        signaling: SignalingService,
        directories: DirectoryService,
        indexEvents: IndexEventsService,
        outbox: OutboxService,
      ): WebhookSources => ({ dataSource, signaling, directories, indexEvents, outbox }),
    },
    {
      provide: DeliveryMetrics,
      inject: [DataSource, WebhooksService, Registry],
      useFactory: (dataSource: DataSource, { parts }: WebhooksService, registry: Registry) =>
        new DeliveryMetrics(dataSource, parts.targets, systemClock, registry),
    },
    {
      provide: WebhooksService,
      inject: [APP_CONFIG, SOURCES, StorageService],
      useFactory: createService,
    },
  ],
})
export class WebhooksModule {}

function createService(config: AppConfig, sources: WebhookSources, storage: StorageService): WebhooksService {
  const log = failureLog(new Logger(WebhooksService.name));
  return new WebhooksService(sources, partsOf(config, sources, storage), config.recorder.node_alias, systemClock, log);
}

function partsOf(
  { webhooks, recorder }: AppConfig,
  { dataSource, outbox }: WebhookSources,
  storage: StorageService,
): WebhookParts {
  const { node_alias: nodeAlias, min_free_bytes: lowSpaceBytes } = recorder;
  const targets = new TargetDirectory(dataSource, outbox, systemClock, webhooks);
  const freeSpace = new FreeSpace(storage);
  const keepMs = webhooks.keep_hours * HOUR_MS;
  return {
    targets,
    log: new DeliveryLog(dataSource, outbox, { keepMs, mostRows: webhooks.max_deliveries }, systemClock),
    deliverer: new Deliverer(
      dataSource,
      (id) => targets.find(id),
      new ForbiddenAddresses(webhooks.allowed_networks),
      { timeoutMs: webhooks.timeout_ms, keepMs },
      systemClock,
    ),
    writer: new EventWriter((manager) => targets.current(manager), outbox, nodeAlias),
    storageWatch: new StorageWatch(() => freeSpace.bytes(), lowSpaceBytes, nodeAlias),
  };
}
