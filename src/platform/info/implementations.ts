/** One of several implementations of the same in a media worker, and why it was taken. */
export interface Implementation {
  readonly worker: number;
  /** Of what, as the setting `engine.…` is named. */
  readonly what: string;
  readonly name: string;
  readonly reason: string;
}

/** What the media workers run with; told once they have started. */
export class Implementations {
  private all: readonly Implementation[] = [];

  get list(): readonly Implementation[] {
    return this.all;
  }

  tell(all: readonly Implementation[]): void {
    this.all = all;
  }
}
