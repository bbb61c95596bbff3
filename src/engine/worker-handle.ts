import type { Worker } from 'node:worker_threads';
import { EngineError } from './engine-error.js';
import type { CommandResult, EngineCommand, EngineEvent, WorkerImplementations } from './protocol.js';
import type { CommandMessage, WorkerMessage, WorkerSettings } from './worker-messages.js';
import { takeThread } from './worker-thread.js';

/** A worker that does not answer is stuck: its streams are better off with a new one. */
const REPLY_TIMEOUT_MS = 10_000;
interface PendingRequest {
  readonly resolve: (value: CommandResult) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

export interface WorkerListener {
  event(event: EngineEvent): void;
  /** The thread is gone, whatever the cause; nothing follows. */
  lost(cause: Error | undefined): void;
}

/** The main thread's end of one worker thread: requests, replies and events. */
export class WorkerHandle {
  private readonly pending = new Map<number, PendingRequest>();
  private nextRequestId = 1;
  private cause: Error | undefined;

  private constructor(
    private readonly thread: Worker,
    /** The UDP port it listens on. */
    readonly udpPort: number,
    readonly implementations: WorkerImplementations,
    private readonly listener: WorkerListener,
  ) {
    thread.on('message', (message: WorkerMessage) => this.heard(message));
    thread.on('error', (error) => (this.cause = error instanceof Error ? error : new Error(String(error))));
    thread.on('exit', () => this.exited());
  }

  /** @returns once the worker listens. @throws what kept it from that */
  static start(url: URL, settings: WorkerSettings, listener: WorkerListener): Promise<WorkerHandle> {
    const thread = takeThread(url, settings.worker);
    thread.postMessage(settings, settings.sharedUdp === undefined ? [] : [settings.sharedUdp.messages]);
    return new Promise((resolve, reject) => {
      const died = (code: number): void => reject(new Error(`An engine worker ended with code ${String(code)}.`));
      thread.once('error', reject);
      thread.once('exit', died);
      thread.once('message', (message: WorkerMessage) => {
        thread.off('error', reject);
        thread.off('exit', died);
        if (message.type === 'ready')
          resolve(new WorkerHandle(thread, message.udpPort, message.implementations, listener));
        else reject(new EngineError('internal', 'An engine worker did not say that it is ready.'));
      });
    });
  }

  /** @throws {EngineError} when the worker refuses, does not answer or dies */
  request(command: EngineCommand, timeoutMs = REPLY_TIMEOUT_MS): Promise<CommandResult> {
    const requestId = this.nextRequestId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.pending.delete(requestId);
        reject(new EngineError('internal', `The engine did not answer ${command.type} in time.`));
      }, timeoutMs);
      this.pending.set(requestId, { resolve, reject, timer });
      this.thread.postMessage({ requestId, command } satisfies CommandMessage);
    });
  }

  /** Ends the thread at once. */
  async terminate(): Promise<void> {
    await this.thread.terminate();
  }

  private heard(message: WorkerMessage): void {
    if (message.type === 'event') this.listener.event(message.event);
    else if (message.type === 'reply') this.take(message.requestId)?.resolve(message.value);
    else if (message.type === 'failure')
      this.take(message.requestId)?.reject(new EngineError(message.code, message.message));
  }

  private take(requestId: number): PendingRequest | undefined {
    const request = this.pending.get(requestId);
    this.pending.delete(requestId);
    clearTimeout(request?.timer);
    return request;
  }

  private exited(): void {
    for (const requestId of [...this.pending.keys()]) {
      this.take(requestId)?.reject(new EngineError('internal', 'The engine worker ended.', { cause: this.cause }));
    }
    this.listener.lost(this.cause);
  }
}
