/** A place for data that is in other hands, or cannot be written to. */
export class DataUnusableError extends Error {
  override readonly name = 'DataUnusableError';

  /** @param reason to follow the value: what is wrong with it, and what to do */
  constructor(
    { key, value }: { readonly key: string; readonly value: string },
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`${key} is ${JSON.stringify(value)}, ${reason}.`, options);
  }
}
