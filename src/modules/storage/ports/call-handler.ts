/** Does what `OutboxService.call` asked for, as often as it takes: whoever asked says how. */
export interface CallHandler {
  /**
   * @param key who is called
   * @returns false when there is more to do, after others had their turn
   * @throws what kept it from being done: it is tried again later, and later each time
   */
  call(key: string): Promise<boolean>;
}
