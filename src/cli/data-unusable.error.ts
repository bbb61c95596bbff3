/** A place for data that is in other hands, or cannot be written to. Stops the start. */
export class DataUnusableError extends Error {
  override readonly name = 'DataUnusableError';

  /** @param reason to follow the value */
  constructor(
    { key, value, allowed }: { readonly key: string; readonly value: string; readonly allowed: string },
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`Aircheck cannot start: ${key} is ${JSON.stringify(value)}, ${reason}; it must be ${allowed}.`, options);
  }
}
