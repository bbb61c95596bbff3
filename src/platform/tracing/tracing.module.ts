import { Global, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { Build } from '../info/build.js';
import { NoTracing, Tracing } from './tracing.js';

/** The SDK is loaded where spans go somewhere: a server that traces nothing starts without it. */
async function openTracing(config: AppConfig, { version }: Build): Promise<Tracing> {
  if (config.tracing.url === '') return new NoTracing();
  const { OtelTracing } = await import('./otel-tracing.js');
  return new OtelTracing({ config, version, log: new Logger('Tracing') });
}

@Global()
@Module({
  providers: [{ provide: Tracing, inject: [APP_CONFIG, Build], useFactory: openTracing }],
  exports: [Tracing],
})
export class TracingModule implements OnApplicationShutdown {
  constructor(private readonly tracing: Tracing) {}

  async onApplicationShutdown(): Promise<void> {
    await this.tracing.close();
  }
}
