import { SubscriberTooSlowError } from './graphql.errors.js';

/** Kinds of things that may wait for one subscriber. */
const MOST_WAITING = 1000;

/**
 * What waits for one subscriber. Several changes of one thing become the last of them; when too many things wait, the
 * subscription ends with {@link SubscriberTooSlowError}.
 */
export class EventQueue<T> implements AsyncIterableIterator<T | SubscriberTooSlowError> {
  private readonly waiting = new Map<string, T>();
  private wake: (() => void) | undefined;
  private state: 'open' | 'too-slow' | 'over' = 'open';
  private readonly stop: () => void;

  /**
   * @param listen has `push` called for each event, and gives what ends that; the key says what the event is about
   * @param limit how many things may wait
   */
  constructor(
    listen: (push: (key: string, event: T) => void) => () => void,
    private readonly limit = MOST_WAITING,
  ) {
    this.stop = listen((key, event) => this.push(key, event));
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
      for (const [key, event] of this.waiting) {
        this.waiting.delete(key);
        return { done: false, value: event };
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

  private push(key: string, event: T): void {
    if (this.state !== 'open') return;
    this.waiting.set(key, event);
    if (this.waiting.size > this.limit) this.end('too-slow');
    else this.wake?.();
  }

  private end(state: 'too-slow' | 'over'): void {
    this.state = state;
    this.waiting.clear();
    this.stop();
    this.wake?.();
  }
}
