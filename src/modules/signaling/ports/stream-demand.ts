import type { StreamName } from './stream-name.js';

/** Does something with a stream once it is there, in vain to wait for, or not to be waited for any more. */
export type Awakener = <T>(stream: StreamName, task: () => Promise<T>, waitsNoMore?: AbortSignal) => Promise<T>;

/** Who wants streams that are fetched on demand, besides their subscribers, which every list shows. */
export class StreamDemand {
  private readonly recorded = new Set<StreamName>();
  private readonly listeners: ((stream: StreamName) => void)[] = [];
  private awakener: Awakener = (_stream, task) => task();
  private brings: (stream: StreamName) => boolean = () => false;

  /** @param brings which streams it brings, and tries to again for as long as they are wanted */
  awakenBy(awakener: Awakener, brings: (stream: StreamName) => boolean = () => true): void {
    this.awakener = awakener;
    this.brings = brings;
  }

  /** Whether its publisher comes because somebody wants it. */
  isBrought(stream: StreamName): boolean {
    return this.brings(stream);
  }

  onChange(listener: (stream: StreamName) => void): void {
    this.listeners.push(listener);
  }

  /**
   * Does something that needs a publisher, who is brought before it where that is done on demand; it is wanted meanwhile.
   *
   * @param waitsNoMore has it done at once
   */
  during<T>(stream: StreamName, task: () => Promise<T>, waitsNoMore?: AbortSignal): Promise<T> {
    return this.awakener(stream, task, waitsNoMore);
  }

  /** Somebody has asked for a recording of it, which goes on until it is ended. One that begins by itself wants nothing. */
  setRecorded(stream: StreamName, isRecorded: boolean): void {
    if (isRecorded) this.recorded.add(stream);
    else this.recorded.delete(stream);
    for (const listener of this.listeners) listener(stream);
  }

  isRecorded(stream: StreamName): boolean {
    return this.recorded.has(stream);
  }
}
