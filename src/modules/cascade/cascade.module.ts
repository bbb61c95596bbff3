import { Inject, Logger, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { Registry } from 'prom-client';
import { APP_CONFIG, parseWhipUrl, type AppConfig } from '../../config/index.js';
import { ForbiddenAddresses } from '../../platform/outgoing/forbidden-addresses.js';
import { systemClock } from '../../shared/clock.js';
import { failureLog } from '../signaling/ports/failure-log.js';
import { parseStreamName } from '../signaling/ports/stream-name.js';
import { RelayService } from '../signaling/relay.service.js';
import { SignalingModule } from '../signaling/signaling.module.js';
import { SignalingService } from '../signaling/signaling.service.js';
import { showCascades } from './cascade-metrics.js';
import { CascadeController } from './cascade.controller.js';
import { CascadeService } from './cascade.service.js';

/** Streams from and to other servers. */
@Module({
  imports: [SignalingModule],
  controllers: [CascadeController],
  providers: [
    {
      provide: CascadeService,
      inject: [RelayService, SignalingService, APP_CONFIG, Registry],
      useFactory: (relay: RelayService, signaling: SignalingService, { cascade }: AppConfig, registry: Registry) => {
        const forbidden = new ForbiddenAddresses(cascade.allowed_networks);
        const log = failureLog(new Logger(CascadeService.name));
        const cascades = new CascadeService(relay, signaling, forbidden, systemClock, log);
        showCascades(cascades, registry);
        return cascades;
      },
    },
  ],
})
export class CascadeModule implements OnApplicationBootstrap {
  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly cascades: CascadeService,
  ) {}

  onApplicationBootstrap(): void {
    for (const [name, { targets = [] }] of Object.entries(this.config.stream)) {
      for (const target of targets.flatMap(({ url }) => parseWhipUrl(url) ?? []))
        this.cascades.keepPushing(parseStreamName(name), target);
    }
  }
}
