/** Does what `OutboxService.call` asked for, as often as it takes: whoever asked says how. */
export interface CallHandler {
  /**
   * @param key who is called
   * @returns when there is more to do, milliseconds until it may be gone on with: at 0 others have their turn before; undefined: all is done
   * @throws what kept it from being done: it is tried again later, and later each time
   */
  call(key: string): Promise<number | undefined>;
}
