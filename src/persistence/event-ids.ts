import { randomBytes } from 'node:crypto';

const MOST_COUNTED = 2 ** 31;

/** Ids that sort as they were made, also those of one millisecond, and meet no other server's. */
export class EventIds {
  private count = 0;

  /**
   * @param epochMs when
   * @param turn below 2^31: ids of the same millisecond that have one sort by it, whichever server made them, behind those without
   * @returns 36 characters
   */
  next(epochMs: number, turn?: number): string {
    this.count = (this.count + 1) % MOST_COUNTED;
    const time = epochMs.toString(16).padStart(12, '0');
    const place = (turn === undefined ? this.count : MOST_COUNTED + turn).toString(16).padStart(8, '0');
    return `${time}-${place}-${randomBytes(7).toString('hex')}`;
  }
}
