import type { MediaKind } from '../../media/codecs/codec.js';
import type { TrackReception } from '../protocol.js';

/** What came of one kind of media, and what became of it; grows over all publishers of a session. */
export class TrackTally {
  packetsReceived = 0;
  packetsRepaired = 0;
  packetsLost = 0;
  framesDropped = 0;

  constructor(
    readonly kind: MediaKind,
    earlier: TrackReception | undefined,
  ) {
    if (earlier !== undefined) Object.assign(this, earlier);
  }

  restart(): void {
    this.packetsReceived = 0;
    this.packetsRepaired = 0;
    this.packetsLost = 0;
    this.framesDropped = 0;
  }
}

/** The tallies of one recording session: they go on from where an earlier worker or server left off. */
export class ReceptionTally {
  private readonly tracks = new Map<MediaKind, TrackTally>();

  constructor(private readonly earlier: readonly TrackReception[]) {
    for (const { kind } of earlier) this.of(kind);
  }

  of(kind: MediaKind): TrackTally {
    const known = this.tracks.get(kind);
    if (known !== undefined) return known;
    const tally = new TrackTally(
      kind,
      this.earlier.find((track) => track.kind === kind),
    );
    this.tracks.set(kind, tally);
    return tally;
  }

  /** The next session counts from nothing. */
  restart(): void {
    for (const tally of this.tracks.values()) tally.restart();
  }

  /** @returns what is known by now, as plain objects */
  read(): TrackReception[] {
    return [...this.tracks.values()].map(({ kind, packetsReceived, packetsRepaired, packetsLost, framesDropped }) => {
      return { kind, packetsReceived, packetsRepaired, packetsLost, framesDropped };
    });
  }
}
