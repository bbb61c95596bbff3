import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** What SQLite says of its log: pages that are in it, and how many of them the database file has as well. */
export interface LogPages {
  readonly log: number;
  readonly checkpointed: number;
}

/** `copy` gets in nobody's way; `restart` begins the log anew when all of it was copied, and nobody may write meanwhile. */
export type CheckpointStep = 'copy' | 'restart' | 'close';

export interface CheckpointSettings {
  /** The database file. */
  readonly path: string;
  readonly busyTimeoutMs: number;
  /** What the file of a log keeps when it is begun anew. */
  readonly keptBytes: number;
}

/** Beside this file: built, packed or neither. */
const WORKER = new URL(import.meta.url.replace(/[^/]+(?=\.\w+$)/, 'checkpoint-worker'));

/** A thread that lives for one checkpoint. */
export class CheckpointThread {
  private readonly thread: Worker;
  private readonly exited: Promise<unknown>;

  constructor(settings: CheckpointSettings) {
    this.thread = new Worker(WORKER, { workerData: settings, name: 'aircheck-checkpoint', execArgv: [] });
    this.exited = new Promise((resolve) => this.thread.once('exit', resolve));
    // Whoever waits for a step is told; nobody else has to know.
    this.thread.on('error', () => undefined);
  }

  /** @throws what SQLite says, or kept the thread from running */
  async run(step: 'copy' | 'restart'): Promise<LogPages> {
    this.thread.postMessage(step satisfies CheckpointStep);
    const [pages] = (await once(this.thread, 'message')) as [LogPages];
    return pages;
  }

  async close(): Promise<void> {
    this.thread.postMessage('close' satisfies CheckpointStep);
    await this.exited;
  }
}
