import type { FailureLog } from '../signaling/ports/failure-log.js';
import { hookArguments, hookVariables, type HookEvent, type HookName } from './hook-event.js';
import { runProgram } from './run-program.js';

/** While programs are slow, so many events wait: then the oldest are left out. */
const MOST_WAITING = 1000;

/** What is run for a stream. */
export interface StreamHooks {
  readonly programs: Readonly<Record<HookName, readonly string[]>>;
  readonly timeoutMs: number;
  /** Whether the rest of an event's programs is left out after one that failed. */
  readonly stopsOnError: boolean;
}

export interface HookLog extends FailureLog {
  log(message: string): void;
}

/** Runs the programs of events: those of a stream one after the other, several streams' at once, and nothing waits for them. */
export class HookRunner {
  private readonly waiting: HookEvent[] = [];
  private readonly busyStreams = new Set<string>();
  private readonly end = new AbortController();

  constructor(
    private readonly hooksOf: (stream: string) => StreamHooks,
    private readonly concurrency: number,
    private readonly log: HookLog,
  ) {}

  add(event: HookEvent): void {
    if (this.end.signal.aborted || this.hooksOf(event.stream).programs[event.name].length === 0) return;
    this.waiting.push(event);
    if (this.waiting.length > MOST_WAITING) {
      const left = this.waiting.shift();
      this.log.warn(`Hooks are too slow: ${left?.name ?? ''} of ${left?.stream ?? ''} is left out.`);
    }
    this.next();
  }

  /** Nothing is run any more. */
  stop(): void {
    this.end.abort();
    this.waiting.length = 0;
  }

  private next(): void {
    while (this.busyStreams.size < this.concurrency) {
      const index = this.waiting.findIndex(({ stream }) => !this.busyStreams.has(stream));
      const [event] = index < 0 ? [] : this.waiting.splice(index, 1);
      if (event === undefined) return;
      this.busyStreams.add(event.stream);
      void this.run(event).finally(() => {
        this.busyStreams.delete(event.stream);
        this.next();
      });
    }
  }

  private async run(event: HookEvent): Promise<void> {
    const { programs, timeoutMs, stopsOnError } = this.hooksOf(event.stream);
    for (const path of programs[event.name]) {
      const isDone = await this.runOne(path, event, timeoutMs);
      if (!isDone && stopsOnError) return;
    }
  }

  private async runOne(path: string, event: HookEvent, timeoutMs: number): Promise<boolean> {
    const what = `${path}, run for ${event.name} of ${event.stream},`;
    const { signal } = this.end;
    try {
      const run = { path, args: hookArguments(event), variables: hookVariables(event), timeoutMs, signal };
      const output = (await runProgram(run)).trim();
      if (output !== '') this.log.log(`${what} says: ${output}`);
      return true;
    } catch (error) {
      if (!signal.aborted) this.log.warn(`${what} failed.`, error);
      return false;
    }
  }
}
