import { Inject, Logger, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { Registry } from 'prom-client';
import { APP_CONFIG, parseWhepUrl, parseWhipUrl, type AppConfig } from '../../config/index.js';
import { ForbiddenAddresses } from '../../platform/outgoing/forbidden-addresses.js';
import { systemClock } from '../../shared/clock.js';
import { failureLog } from '../signaling/ports/failure-log.js';
import { StreamDemand } from '../signaling/ports/stream-demand.js';
import { parseStreamName } from '../signaling/ports/stream-name.js';
import { RelayService } from '../signaling/relay.service.js';
import { SignalingModule } from '../signaling/signaling.module.js';
import { SignalingService } from '../signaling/signaling.service.js';
import { showCascades, showSources } from './cascade-metrics.js';
import { CascadeController } from './cascade.controller.js';
import { CascadeService } from './cascade.service.js';
import { onDemandIn, sendsViewersAwayIn } from './configured-streams.js';
import { CascadeResolver } from './graphql/cascade.resolver.js';
import { SourcesController } from './sources/sources.controller.js';
import { SourcesService } from './sources/sources.service.js';

/** Streams from and to other servers. */
@Module({
  imports: [SignalingModule],
  controllers: [CascadeController, SourcesController],
  providers: [
    {
      provide: CascadeService,
      inject: [RelayService, SignalingService, StreamDemand, APP_CONFIG, Registry],
      useFactory: (
        relay: RelayService,
        signaling: SignalingService,
        demand: StreamDemand,
        config: AppConfig,
        registry: Registry,
      ) => {
        const cascades = new CascadeService({
          relay,
          signaling,
          demand,
          forbidden: new ForbiddenAddresses(config.cascade.allowed_networks),
          sendsViewersAway: sendsViewersAwayIn(config),
          clock: systemClock,
          log: failureLog(new Logger(CascadeService.name)),
        });
        showCascades(cascades, registry);
        return cascades;
      },
    },
    {
      provide: SourcesService,
      inject: [CascadeService, SignalingService, StreamDemand, APP_CONFIG, Registry],
      useFactory: (
        cascades: CascadeService,
        signaling: SignalingService,
        demand: StreamDemand,
        config: AppConfig,
        registry: Registry,
      ) => {
        const log = failureLog(new Logger(SourcesService.name));
        const sources = new SourcesService({ cascades, signaling, demand, onDemandOf: onDemandIn(config), log });
        showSources(sources, registry);
        return sources;
      },
    },
    CascadeResolver,
  ],
})
export class CascadeModule implements OnApplicationBootstrap {
  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly cascades: CascadeService,
    private readonly sources: SourcesService,
  ) {}

  onApplicationBootstrap(): void {
    for (const [name, { targets = [], sources = [] }] of Object.entries(this.config.stream)) {
      const stream = parseStreamName(name);
      for (const source of sources.flatMap(({ url }) => parseWhepUrl(url) ?? []))
        this.sources.configure(stream, source);
      for (const target of targets.flatMap(({ url }) => parseWhipUrl(url) ?? []))
        this.cascades.keepPushing(stream, target);
    }
  }
}
