import DataLoader from 'dataloader';

/** What all resolvers of one operation have: whose it is, and what was read for it already. */
export class OperationContext {
  private readonly made = new Map<object, unknown>();

  /**
   * @param caller who asks, for those who judge it
   * @param isLive a subscription: what was read for one event says nothing about the next
   * @param address where it came from
   */
  constructor(
    readonly caller: object,
    private readonly isLive: boolean,
    readonly address: string,
  ) {}

  /** @returns the same for the same owner throughout the operation */
  once<T>(owner: object, make: () => T): T {
    const known = this.made.get(owner);
    if (known !== undefined) return known as T;
    const value = make();
    this.made.set(owner, value);
    return value;
  }

  /**
   * Gathers what is asked for in a moment and finds it by one call.
   *
   * @param find gives what it finds by key
   * @param nameOf two keys of one name are the same
   */
  loader<K, V>(
    find: (keys: readonly K[]) => Promise<ReadonlyMap<string, V>>,
    nameOf: (key: K) => string = String,
  ): DataLoader<K, V | undefined, string> {
    return new DataLoader<K, V | undefined, string>(
      async (keys) => {
        const found = await find(keys);
        return keys.map((key) => found.get(nameOf(key)));
      },
      { cache: !this.isLive, cacheKeyFn: nameOf, maxBatchSize: 200 },
    );
  }
}
