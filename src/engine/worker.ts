// The entry of an engine worker thread: messages to and from its host.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { parentPort, type MessagePort } from 'node:worker_threads';
import { systemClock } from '../shared/clock.js';
import { EngineError } from './engine-error.js';
import type { EngineReply } from './protocol.js';
import { WorkerHost } from './worker-host.js';
import type { CommandMessage, WorkerMessage, WorkerSettings } from './worker-messages.js';

/** Lies beside the code in the build. */
const KERNELS = new URL('../media/kernels/srtp.wasm', import.meta.url);

/** The first message are its settings; the next ones come when it has said that it is ready. */
async function run(port: MessagePort): Promise<void> {
  const [settings] = (await once(port, 'message')) as [WorkerSettings];
  const post = (message: WorkerMessage): void => port.postMessage(message);
  const host = await WorkerHost.start(settings, {
    clock: systemClock,
    loadKernels: () => readFileSync(KERNELS),
    emit: (event) => post({ type: 'event', event }),
  });
  port.on('message', (message: CommandMessage) => {
    void answer(host, message).then(post);
  });
  post({ type: 'ready', udpPort: host.udpPort, implementations: host.implementations });
}

async function answer(host: WorkerHost, { requestId, command }: CommandMessage): Promise<EngineReply> {
  try {
    return { type: 'reply', requestId, value: await host.execute(command) };
  } catch (error) {
    const code = error instanceof EngineError ? error.code : 'internal';
    return { type: 'failure', requestId, code, message: error instanceof Error ? error.message : String(error) };
  }
}

/** A forgotten rejection in a library is worth a warning, not the streams of this worker. */
process.on('unhandledRejection', (reason) => process.emitWarning(reason instanceof Error ? reason : String(reason)));

if (parentPort !== null) await run(parentPort);
