import { Logger, Module, type OnModuleDestroy } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { failureLog } from '../signaling/ports/failure-log.js';
import type { SignalingEvent } from '../signaling/ports/signaling-event.js';
import { SignalingModule } from '../signaling/signaling.module.js';
import { SignalingService } from '../signaling/signaling.service.js';
import { configuredHooks } from './configured-hooks.js';
import { hookEventOf } from './hook-event.js';
import { HookRunner } from './hook-runner.js';

/** Programs that are run when streams and publishers come and go; none of them when the server itself ends. */
@Module({
  imports: [SignalingModule],
  providers: [
    {
      provide: HookRunner,
      inject: [APP_CONFIG, SignalingService],
      useFactory: (config: AppConfig, signaling: SignalingService) => {
        const logger = new Logger(HookRunner.name);
        const log = { ...failureLog(logger), log: (message: string) => logger.log(message) };
        const runner = new HookRunner((stream) => configuredHooks(config, stream), config.hooks.concurrency, log);
        const follow = (event: SignalingEvent): void => {
          const hookEvent = hookEventOf(event);
          if (hookEvent !== undefined) runner.add(hookEvent);
        };
        for (const { name } of signaling.streams()) follow({ type: 'stream-created', stream: name });
        signaling.on(follow);
        return runner;
      },
    },
  ],
})
export class HooksModule implements OnModuleDestroy {
  constructor(private readonly runner: HookRunner) {}

  onModuleDestroy(): void {
    this.runner.stop();
  }
}
