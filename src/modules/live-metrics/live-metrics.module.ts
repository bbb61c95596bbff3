import { Module } from '@nestjs/common';
import { Registry } from 'prom-client';
import { Engine } from '../../engine/index.js';
import { Implementations } from '../../platform/info/implementations.js';
import { systemClock } from '../../shared/clock.js';
import { IndexEventsService } from '../index/index-events.service.js';
import { IndexModule } from '../index/index.module.js';
import { SignalingModule } from '../signaling/signaling.module.js';
import { SignalingService } from '../signaling/signaling.service.js';
import { EngineMetrics } from './engine-metrics.js';
import { RecordingMetrics } from './recording-metrics.js';
import { StreamMetrics } from './stream-metrics.js';
import { UdpMetrics } from './udp-metrics.js';

/** What is live and being recorded, in figures for Prometheus. */
@Module({
  imports: [SignalingModule, IndexModule],
  providers: [
    {
      provide: EngineMetrics,
      // The engine has told what it runs with when it is there.
      inject: [Engine, Implementations, Registry],
      useFactory: (engine: Engine, { list }: Implementations, registry: Registry) =>
        new EngineMetrics(engine, list, registry),
    },
    {
      provide: UdpMetrics,
      inject: [Engine, Registry],
      useFactory: (engine: Engine, registry: Registry) => new UdpMetrics(engine, registry),
    },
    {
      provide: StreamMetrics,
      inject: [SignalingService, Registry],
      useFactory: (signaling: SignalingService, registry: Registry) => new StreamMetrics(signaling, registry),
    },
    {
      provide: RecordingMetrics,
      inject: [Engine, SignalingService, IndexEventsService, Registry],
      useFactory: (engine: Engine, signaling: SignalingService, indexEvents: IndexEventsService, registry: Registry) =>
        new RecordingMetrics({ engine, signaling, indexEvents, clock: systemClock }, registry),
    },
  ],
})
export class LiveMetricsModule {}
