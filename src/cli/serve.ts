import { parseArgs } from 'node:util';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from '../app.module.js';
import {
  formatListenAddress,
  loadConfig,
  parseListenAddress,
  type AppConfig,
  type ListenAddress,
} from '../config/index.js';
import { ReadinessService } from '../platform/health/readiness.service.js';
import { configureHttp } from '../platform/http/configure-http.js';
import { listen } from '../platform/http/listen.js';
import { FrameworkLogger } from '../platform/logging/framework-logger.js';
import { AddressTakenError } from './address-taken.error.js';
import { UsageError, type Command, type CommandContext } from './command.js';
import { endOnSignal } from './end-on-signal.js';

export const serve: Command = {
  name: 'serve',
  summary: 'Runs the server (also without a command). -c, --config FILE: the configuration.',
  run: startServer,
};

async function startServer(args: readonly string[], context: CommandContext): Promise<void> {
  const { config, warnings } = loadConfig({ env: context.env, cwd: context.cwd, configFile: configFileOf(args) });
  const app = await NestFactory.create<NestExpressApplication>(AppModule.of(config, context.engineWorkerUrl), {
    bodyParser: false,
    bufferLogs: true,
    abortOnError: false,
  });
  app.useLogger(app.get(FrameworkLogger));
  const logger = new Logger('Aircheck');
  for (const warning of warnings) logger.warn(warning);
  configureHttp(app, { config, version: context.version, webRoot: context.webRoot });
  endOnSignal(app, logger);
  const address = await listenOrSay(app, config);
  app.get(ReadinessService).set(true);
  logger.log(`Aircheck ${context.version} is ready: http://${formatListenAddress(address)}/`);
}

async function listenOrSay(app: NestExpressApplication, config: AppConfig): Promise<ListenAddress> {
  const address = parseListenAddress(config.http.listen);
  if (address === undefined) throw new RangeError('http.listen was not checked');
  try {
    return await listen(app, address);
  } catch (error) {
    throw AddressTakenError.of(error);
  }
}

function configFileOf(args: readonly string[]): string | undefined {
  try {
    const { values } = parseArgs({ args: [...args], options: { config: { type: 'string', short: 'c' } } });
    return values.config;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
