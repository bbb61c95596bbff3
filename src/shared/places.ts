/** How many each key has at a time, of those that may be had. */
export class Places {
  private readonly taken = new Map<string, number>();

  /** @param most 0: as many as anybody wants */
  constructor(private readonly most: number) {}

  /** @returns whether {@link take} would get one */
  has(key: string): boolean {
    return this.most === 0 || (this.taken.get(key) ?? 0) < this.most;
  }

  /** @returns gives it back, once however often it is called; undefined when the key has all that it may */
  take(key: string): (() => void) | undefined {
    if (!this.has(key)) return undefined;
    this.taken.set(key, (this.taken.get(key) ?? 0) + 1);
    let isTaken = true;
    return () => {
      if (isTaken) this.giveBack(key);
      isTaken = false;
    };
  }

  /** Keys that have some. */
  get size(): number {
    return this.taken.size;
  }

  private giveBack(key: string): void {
    const left = (this.taken.get(key) ?? 0) - 1;
    if (left > 0) this.taken.set(key, left);
    else this.taken.delete(key);
  }
}
