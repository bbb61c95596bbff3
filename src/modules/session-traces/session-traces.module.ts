import { Inject, Module, type OnModuleInit, type OnModuleDestroy } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { Engine } from '../../engine/index.js';
import { Tracing } from '../../platform/tracing/tracing.js';
import { systemClock } from '../../shared/clock.js';
import { IndexEventsService } from '../index/index-events.service.js';
import { IndexModule } from '../index/index.module.js';
import { SignalingModule } from '../signaling/signaling.module.js';
import { SignalingService } from '../signaling/signaling.service.js';
import { OutboxService } from '../storage/outbox.service.js';
import { StorageModule } from '../storage/storage.module.js';
import { SessionTraces, type TraceSources } from './session-traces.js';

const SWEEP_MS = 1_000;
/** Without key frames segments are cut at twice their length. */
const LONGEST_SEGMENT = 2;
const SOURCES = Symbol('TraceSources');

/** Publishing sessions as traces; nothing of it is there where nothing is traced. */
@Module({
  imports: [SignalingModule, IndexModule, StorageModule],
  providers: [
    {
      provide: SOURCES,
      inject: [Engine, SignalingService, IndexEventsService, OutboxService],
      useFactory: (
        engine: Engine,
        signaling: SignalingService,
        indexEvents: IndexEventsService,
        outbox: OutboxService,
      ): TraceSources => ({ engine, signaling, indexEvents, outbox }),
    },
  ],
})
export class SessionTracesModule implements OnModuleInit, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly tracing: Tracing,
    @Inject(SOURCES) private readonly sources: TraceSources,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  onModuleInit(): void {
    if (!this.tracing.isOn) return;
    const segmentLimitMs = this.config.recorder.segment_duration_seconds * 1000 * LONGEST_SEGMENT;
    const traces = new SessionTraces(this.sources, this.tracing, systemClock, segmentLimitMs);
    this.timer = setInterval(() => {
      traces.sweep();
    }, SWEEP_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }
}
