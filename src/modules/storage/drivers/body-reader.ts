import { Readable } from 'node:stream';

/** Reads the body of an object once, its beginning at a stretch, and knows whether the body itself broke off. */
export class BodyReader {
  /** What the body threw: never the store's fault. */
  failure: { readonly error: unknown } | undefined;
  private readonly source: AsyncIterator<Uint8Array>;
  private readonly early: Uint8Array[] = [];
  private readBytes = 0;
  private isAtEnd = false;

  /** @param promisedBytes length that the body was said to have; another one breaks it off */
  constructor(
    private readonly body: AsyncIterable<Uint8Array>,
    private readonly promisedBytes?: number,
  ) {
    this.source = body[Symbol.asyncIterator]();
  }

  /** How much has come so far. */
  get sizeBytes(): number {
    return this.readBytes;
  }

  /**
   * @param limitBytes how much is kept in memory, give or take what comes at a time
   * @returns the body when that is all of it; undefined when more than that came, for {@link everything} to give out
   */
  async wholeWithin(limitBytes: number): Promise<Buffer | undefined> {
    while (this.readBytes <= limitBytes) {
      const chunk = await this.next();
      if (chunk === undefined) return Buffer.concat(this.early.splice(0));
      this.early.push(chunk);
    }
    return undefined;
  }

  /** The whole body, what was read already first. */
  async *everything(): AsyncGenerator<Uint8Array> {
    try {
      for (let chunk = this.early.shift(); chunk !== undefined; chunk = this.early.shift()) yield chunk;
      for (let chunk = await this.next(); chunk !== undefined; chunk = await this.next()) yield chunk;
    } finally {
      await this.close();
    }
  }

  /** Lets go of what gives the body, whether it was read or not. */
  async close(): Promise<void> {
    if (this.isAtEnd) return;
    this.isAtEnd = true;
    await this.source.return?.();
    if (this.body instanceof Readable) this.body.destroy();
  }

  private async next(): Promise<Uint8Array | undefined> {
    if (this.isAtEnd) return undefined;
    try {
      const step = (await this.source.next()) as IteratorResult<Uint8Array, undefined>;
      this.isAtEnd = step.done === true;
      this.readBytes += step.value?.byteLength ?? 0;
      this.assertLength();
      return step.value;
    } catch (error) {
      this.failure = { error };
      throw error;
    }
  }

  private assertLength(): void {
    const { promisedBytes = this.readBytes, readBytes, isAtEnd } = this;
    if (readBytes > promisedBytes || (isAtEnd && readBytes < promisedBytes)) {
      throw new RangeError(`The body has not ${promisedBytes} bytes as was said: ${readBytes} have come.`);
    }
  }
}
