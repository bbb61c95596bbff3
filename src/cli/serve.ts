import { parseArgs } from 'node:util';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from '../app.module.js';
import { formatListenAddress, loadConfig, type AppConfig, type LoadedConfig } from '../config/index.js';
import { Engine } from '../engine/index.js';
import { NodeListService } from '../modules/index/node-list.service.js';
import { NodeService, type NodeAddress } from '../modules/index/nodes/node.service.js';
import { RetentionService } from '../modules/index/retention/retention.service.js';
import { OwnershipService } from '../modules/storage/ownership.service.js';
import { LoadAdmission } from '../modules/signaling/load-admission.js';
import { OtherNodes } from '../modules/signaling/ports/other-nodes.js';
import { SignalingService } from '../modules/signaling/signaling.service.js';
import { ReadinessService } from '../platform/health/readiness.service.js';
import { configureHttp } from '../platform/http/configure-http.js';
import { listen } from '../platform/http/listen.js';
import { StartGate } from '../platform/http/start-gate.js';
import { FrameworkLogger } from '../platform/logging/framework-logger.js';
import { AddressUnusableError } from './address-unusable.error.js';
import { UsageError, type Command, type CommandContext } from './command.js';
import { assertFolderOurs } from './assert-folder-ours.js';
import { lockData } from './data-lock.js';
import { listenAddressOf } from './running-server.js';
import { endOnSignal } from './end-on-signal.js';
import { WorkerLoads } from './worker-loads.js';

export const serve: Command = {
  name: 'serve',
  refusal: 'Aircheck cannot start',
  summary: 'Runs the server (also without a command). -c, --config FILE: the configuration.',
  run: startServer,
};

async function startServer(args: readonly string[], context: CommandContext): Promise<void> {
  const loaded = loadConfig({ env: context.env, cwd: context.cwd, configFile: configFileOf(args) });
  try {
    await startApplication(loaded, context);
  } catch (error) {
    throw AddressUnusableError.of(error, listenAddressOf(loaded.config).port);
  }
}

/** The order matters: see {@link StartGate}. */
async function startApplication({ config, warnings }: LoadedConfig, context: CommandContext): Promise<void> {
  await lockData(config);
  const app = await createApplication(config, context);
  const logger = new Logger('Aircheck');
  for (const warning of warnings) logger.warn(warning);
  await assertFolderOurs(app.get(OwnershipService), config);
  const gate = new StartGate();
  configureHttp(app, { config, version: context.version, webRoot: context.webRoot, gate });
  const address = await listen(app.getHttpServer(), listenAddressOf(config));
  endOnSignal(app, logger);
  await app.init();
  const url = `http://${formatListenAddress(address)}/`;
  const { public_url: publicUrl } = config.http;
  await registerNode(app, { url: publicUrl === '' ? url : `${publicUrl}/`, version: context.version });
  const readiness = app.get(ReadinessService);
  readiness.set(true);
  app.get(SignalingService).on(({ type }) => {
    if (type === 'draining') readiness.set(false, 'it takes no new publishers');
  });
  gate.open();
  app.get(RetentionService).start();
  logger.log(`Aircheck ${context.version} is ready: ${url}`);
}

/** From now on the index knows this server and how busy it is, and this server the others. */
async function registerNode(app: NestExpressApplication, address: NodeAddress): Promise<void> {
  const node = app.get(NodeService);
  const loads = new WorkerLoads();
  const signaling = app.get(SignalingService);
  const admission = app.get(LoadAdmission);
  const report = (): Promise<void> => {
    const takesNobody = admission.isOverloaded || signaling.entry.isClosed;
    return node.reportLoad({ ...loads.all, liveStreams: signaling.publisherCount, takesNobody });
  };
  app.get(Engine).on((event) => {
    if (loads.hear(event)) void report();
  });
  signaling.on(({ type }) => (type === 'draining' ? report() : undefined));
  const nodes = app.get(NodeListService);
  app.get(OtherNodes).findBy(() => nodes.withRoom(node.alias));
  await node.register(address);
}

async function createApplication(config: AppConfig, context: CommandContext): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.of(config, context.engineWorkerUrl, context), {
    bodyParser: false,
    bufferLogs: true,
    autoFlushLogs: false,
    abortOnError: false,
  });
  app.useLogger(app.get(FrameworkLogger));
  app.flushLogs();
  return app;
}

function configFileOf(args: readonly string[]): string | undefined {
  try {
    const { values } = parseArgs({ args: [...args], options: { config: { type: 'string', short: 'c' } } });
    return values.config;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
