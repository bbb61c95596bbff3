import { Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import {
  APP_CONFIG,
  ENGINE_WORKER_URL,
  parseAnnouncedAddress,
  parseStunUrl,
  type AppConfig,
} from '../../config/index.js';
import { Engine } from '../../engine/index.js';
import { Implementations, type Implementation } from '../../platform/info/implementations.js';
import { systemClock } from '../../shared/clock.js';
import { AuditModule } from '../audit/audit.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { IceModule } from '../ice/ice.module.js';
import { configuredAddresses, configuredLimits } from './configured-limits.js';
import { configuredChannels, configuredDataLimits } from './configured-data.js';
import { configuredStrategies } from './configured-strategies.js';
import { LoadAdmission } from './load-admission.js';
import { failureLog } from './ports/failure-log.js';
import { OtherNodes } from './ports/other-nodes.js';
import { StreamDemand } from './ports/stream-demand.js';
import { parseStreamName } from './ports/stream-name.js';
import { StreamMutationResolver } from './graphql/stream-mutation.resolver.js';
import { StreamResolver } from './graphql/stream.resolver.js';
import { DrainController } from './drain.controller.js';
import { RelayService } from './relay.service.js';
import { SessionCredentials } from './session-credentials.js';
import { SessionEndpoint } from './session-endpoint.js';
import { LayerController } from './layer.controller.js';
import { SessionController } from './session.controller.js';
import { SignalingService } from './signaling.service.js';
import { StrategyController } from './strategy.controller.js';
import { StreamReaper } from './stream-reaper.js';
import { StreamsController } from './streams.controller.js';
import { StreamsFeed } from './streams-feed.js';
import { SubscriptionService } from './subscription.service.js';
import { WhepController } from './whep.controller.js';
import { WhipController } from './whip.controller.js';
import { WhipRateGuard } from './whip-rate.guard.js';

const engine = {
  provide: Engine,
  inject: [APP_CONFIG, ENGINE_WORKER_URL, Implementations],
  useFactory: async (config: AppConfig, workerUrl: URL, implementations: Implementations) => {
    const media = await Engine.start({
      workerUrl,
      workers: config.engine.workers,
      udpPort: config.webrtc.udp_port,
      tcpPort: config.webrtc.tcp_port === 0 ? undefined : config.webrtc.tcp_port,
      listenAddresses: config.webrtc.listen_addresses,
      announcedAddresses: config.webrtc.announced_addresses.flatMap((text) => parseAnnouncedAddress(text) ?? []),
      stunServers: config.webrtc.stun_servers.flatMap((text) => parseStunUrl(text) ?? []),
      memoryMibPerWorker: config.engine.memory_mib,
      receive: config.engine.receive,
      srtp: config.engine.srtp,
      dataLimits: configuredDataLimits(config.limits),
      channels: configuredChannels(config.stream),
    });
    const chosen = implementationsOf(media);
    logImplementations(chosen);
    implementations.tell(chosen);
    logEndedChannels(media);
    return media;
  },
};

const CHOICES = ['receive', 'srtp'] as const;

function implementationsOf({ implementations }: Engine): Implementation[] {
  return implementations.flatMap((chosen, worker) => CHOICES.map((what) => ({ worker, what, ...chosen[what] })));
}

function logImplementations(all: readonly Implementation[]): void {
  const logger = new Logger('Engine');
  for (const { worker, what, name, reason } of all) logger.log(`Worker ${worker}: ${what} by ${name} (${reason}).`);
}

/** Whose media goes on. */
function logEndedChannels(media: Engine): void {
  const logger = new Logger('DataChannels');
  media.on((event) => {
    if (event.type !== 'data-channels-ended') return;
    const { streamId: stream, sessionId: session, reason } = event;
    logger.warn({ stream, session, reason }, 'A session has lost its data channels.');
  });
}

function loadAdmission(media: Engine, { engine: limits }: AppConfig): LoadAdmission {
  const admission = new LoadAdmission(limits.admission_cpu_percent);
  media.on((event) => {
    admission.hear(event);
  });
  return admission;
}

function admitByLoad(admission: LoadAdmission, signaling: SignalingService): void {
  signaling.admitWith((stream) => {
    if (signaling.findStream(stream) === undefined) admission.admit();
    return Promise.resolve();
  });
}

/** Sessions and streams. It owns the engine: at the end it refuses first and closes the engine last. */
@Module({
  imports: [AuditModule, AuthModule, IceModule],
  controllers: [
    WhipController,
    WhepController,
    SessionController,
    LayerController,
    StreamsController,
    StrategyController,
    DrainController,
  ],
  providers: [
    engine,
    {
      provide: SignalingService,
      inject: [Engine, APP_CONFIG, LoadAdmission],
      useFactory: (media: Engine, config: AppConfig, admission: LoadAdmission) => {
        const log = failureLog(new Logger(SignalingService.name));
        const signaling = new SignalingService(
          media,
          systemClock,
          log,
          configuredStrategies(config),
          configuredLimits(config),
        );
        for (const [name, { on_demand }] of Object.entries(config.stream))
          signaling.provision(parseStreamName(name), on_demand);
        admitByLoad(admission, signaling);
        return signaling;
      },
    },
    {
      provide: StreamReaper,
      inject: [SignalingService],
      useFactory: (signaling: SignalingService) =>
        new StreamReaper(signaling, failureLog(new Logger(StreamReaper.name))),
    },
    { provide: LoadAdmission, inject: [Engine, APP_CONFIG], useFactory: loadAdmission },
    {
      provide: SubscriptionService,
      inject: [Engine, SignalingService, LoadAdmission, APP_CONFIG],
      useFactory: (media: Engine, signaling: SignalingService, admission: LoadAdmission, config: AppConfig) => {
        const log = failureLog(new Logger(SubscriptionService.name));
        return new SubscriptionService(
          media,
          signaling,
          systemClock,
          admission,
          log,
          configuredAddresses(config.cascade),
        );
      },
    },
    {
      provide: RelayService,
      inject: [Engine, SignalingService, SubscriptionService, APP_CONFIG],
      useFactory: (
        media: Engine,
        signaling: SignalingService,
        subscriptions: SubscriptionService,
        { cascade }: AppConfig,
      ) => {
        return new RelayService(media, signaling, subscriptions, systemClock, configuredAddresses(cascade));
      },
    },
    StreamDemand,
    OtherNodes,
    WhipRateGuard,
    SessionCredentials,
    SessionEndpoint,
    {
      provide: StreamsFeed,
      inject: [SignalingService],
      useFactory: (signaling: SignalingService) => new StreamsFeed(signaling),
    },
    StreamResolver,
    StreamMutationResolver,
  ],
  exports: [Engine, SignalingService, RelayService, StreamDemand],
})
export class SignalingModule implements OnApplicationShutdown {
  constructor(private readonly engine: Engine) {}

  async onApplicationShutdown(): Promise<void> {
    await this.engine.close();
  }
}
