import type { HappenedEvent } from './event.js';

/** Sees when the disk gets full, and when it is not any more. */
export class StorageWatch {
  private isFull = false;

  constructor(
    private readonly freeBytes: () => Promise<number>,
    private readonly lowSpaceBytes: number,
    private readonly nodeAlias: string,
  ) {}

  /** @returns what has changed since the last look; undefined when nothing has, or nobody knows */
  async look(happenedAt: Date): Promise<HappenedEvent | undefined> {
    let freeBytes: number;
    try {
      freeBytes = await this.freeBytes();
    } catch {
      // A disk that does not answer is told of by the recordings that it ends.
      return undefined;
    }
    const isFull = freeBytes < this.lowSpaceBytes;
    if (isFull === this.isFull) return undefined;
    this.isFull = isFull;
    return {
      type: isFull ? 'storage.full' : 'storage.recovered',
      subject: { kind: 'node', id: this.nodeAlias },
      stream: undefined,
      happenedAt,
      data: { freeBytes, lowSpaceBytes: this.lowSpaceBytes },
    };
  }
}
