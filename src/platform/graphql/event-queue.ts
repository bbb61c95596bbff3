import { SubscriberTooSlowError } from './graphql.errors.js';

/** Kinds of things that may wait for one subscriber. */
const MOST_WAITING = 1000;
/** Many changes of one thing become one message. */
const GATHERING_MS = 50;

/**
 * What waits for one subscriber. Changes are gathered for a moment, and several of one thing become the last of them; when too many
 * things wait for a subscriber who has not taken those of before, the subscription ends with {@link SubscriberTooSlowError}.
 */
export class EventQueue<T> implements AsyncIterableIterator<T | SubscriberTooSlowError> {
  private readonly gathered = new Map<string, () => T>();
  private readonly waiting = new Map<string, () => T>();
  private gathering: NodeJS.Timeout | undefined;
  private wake: (() => void) | undefined;
  private state: 'open' | 'too-slow' | 'over' = 'open';
  private readonly stop: () => void;

  /**
   * @param listen has `push` called for each event, and gives what ends that; the key says what the event is about, and `tell` is
   * asked for what to say of it when it is said
   * @param limit how many things may wait
   */
  constructor(
    listen: (push: (key: string, tell: () => T) => void) => () => void,
    private readonly limit = MOST_WAITING,
  ) {
    this.stop = listen((key, tell) => this.push(key, tell));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<T | SubscriberTooSlowError>> {
    for (;;) {
      if (this.state === 'too-slow') {
        this.state = 'over';
        return { done: false, value: new SubscriberTooSlowError() };
      }
      if (this.state === 'over') return { done: true, value: undefined };
      for (const [key, tell] of this.waiting) {
        this.waiting.delete(key);
        return { done: false, value: tell() };
      }
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  return(): Promise<IteratorResult<T | SubscriberTooSlowError>> {
    this.end('over');
    return Promise.resolve({ done: true, value: undefined });
  }

  private push(key: string, tell: () => T): void {
    if (this.state !== 'open') return;
    this.gathered.set(key, tell);
    this.gathering ??= setTimeout(() => {
      this.gathering = undefined;
      this.release();
    }, GATHERING_MS).unref();
  }

  private release(): void {
    const isBehind = this.waiting.size > 0;
    for (const [key, tell] of this.gathered) this.waiting.set(key, tell);
    this.gathered.clear();
    if (isBehind && this.waiting.size > this.limit) this.end('too-slow');
    else this.wake?.();
  }

  private end(state: 'too-slow' | 'over'): void {
    this.state = state;
    clearTimeout(this.gathering);
    this.gathered.clear();
    this.waiting.clear();
    this.stop();
    this.wake?.();
  }
}
