/** Runs tasks one after another per key. Keys never wait for each other, and a task that fails does not stop the next. */
export class KeyedQueue {
  private readonly tails = new Map<string, Promise<void>>();

  /** @returns what `task` returns, once all earlier tasks of `key` have ended and this one has */
  run<T>(key: string, task: () => T | Promise<T>): Promise<T> {
    const result = (this.tails.get(key) ?? Promise.resolve()).then(task);
    const tail: Promise<void> = result.then(ignore, ignore).then(() => {
      if (this.tails.get(key) === tail) this.tails.delete(key);
    });
    this.tails.set(key, tail);
    return result;
  }
}

function ignore(): void {
  // Who called `run` learns how the task ended.
}
