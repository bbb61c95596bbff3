import { randomBytes } from 'node:crypto';

const MOST_COUNTED = 2 ** 24;

/** Ids that sort as they were made, also those of one millisecond, and meet no other server's. */
export class EventIds {
  private count = 0;

  /** @param epochMs when @returns 36 characters */
  next(epochMs: number): string {
    this.count = (this.count + 1) % MOST_COUNTED;
    const time = epochMs.toString(16).padStart(12, '0');
    const place = this.count.toString(16).padStart(6, '0');
    return `${time}-${place}-${randomBytes(8).toString('hex')}`;
  }
}
