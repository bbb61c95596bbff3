/** Runs of numbers after a missing one that are kept account of; who loses more sends again. */
const MOST_GAPS = 128;
/** What lies further ahead than a sender's window can be is not taken. */
const MOST_AHEAD = 16_384;

interface Stretch {
  first: number;
  last: number;
}

/** Which chunks of the peer have come (RFC 9260 section 6.2). Numbers are unwrapped: they only grow. */
export class ReceivedTsns {
  /** After the cumulative one, in order, apart from each other. */
  private readonly stretches: Stretch[] = [];

  /** @param cumulative the number before the peer's first */
  constructor(private cumulative: number) {}

  /** Everything up to here has come. */
  get upTo(): number {
    return this.cumulative;
  }

  get hasGaps(): boolean {
    return this.stretches.length > 0;
  }

  /** Of what has come out of order, as offsets from `upTo`. */
  get blocks(): readonly (readonly [first: number, last: number])[] {
    return this.stretches.map(({ first, last }) => [first - this.cumulative, last - this.cumulative]);
  }

  /** @returns false for one that has come before, or cannot be kept account of */
  add(tsn: number): boolean {
    if (tsn <= this.cumulative || tsn > this.cumulative + MOST_AHEAD) return false;
    if (tsn !== this.cumulative + 1) return this.addAhead(tsn);
    this.cumulative = tsn;
    this.absorb();
    return true;
  }

  /** The peer sends nothing up to there any more (RFC 3758). */
  skipTo(tsn: number): void {
    if (tsn <= this.cumulative) return;
    this.cumulative = tsn;
    while ((this.stretches[0]?.first ?? Infinity) <= this.cumulative) {
      this.cumulative = Math.max(this.cumulative, this.stretches.shift()?.last ?? 0);
    }
    this.absorb();
  }

  private absorb(): void {
    if (this.stretches[0]?.first !== this.cumulative + 1) return;
    this.cumulative = this.stretches.shift()?.last ?? this.cumulative;
  }

  private addAhead(tsn: number): boolean {
    const { stretches } = this;
    let at = stretches.length;
    while (at > 0 && (stretches[at - 1]?.first ?? 0) > tsn) at -= 1;
    const [before, after] = [stretches[at - 1], stretches[at]];
    if (before !== undefined && tsn <= before.last) return false;
    const [follows, leads] = [before?.last === tsn - 1, after?.first === tsn + 1];
    if (follows && before !== undefined) {
      before.last = leads ? (after?.last ?? tsn) : tsn;
      if (leads) stretches.splice(at, 1);
    } else if (leads && after !== undefined) after.first = tsn;
    else if (stretches.length >= MOST_GAPS) return false;
    else stretches.splice(at, 0, { first: tsn, last: tsn });
    return true;
  }
}
