import { MOST_STREAMS } from '../../media/sctp/data-chunk.js';

/** So that all stay below what peers take in streams. */
const MOST_NUMBERS = MOST_STREAMS / 2;

/** The channels that we open, by their labels. The number of one is used again once the peer has closed its side, too. */
export class OwnChannels {
  private readonly open = new Map<string, number>();
  private readonly closing = new Set<number>();

  /** @param firstStreamId 0 for the client of DTLS, 1 for its server: each side has every second number (RFC 8832 section 6) */
  constructor(private readonly firstStreamId: 0 | 1) {}

  get labels(): readonly string[] {
    return [...this.open.keys()];
  }

  has(label: string): boolean {
    return this.open.has(label);
  }

  isOwn(streamId: number): boolean {
    return (streamId & 1) === this.firstStreamId;
  }

  /** @returns the stream of a new one, undefined when none is free */
  add(label: string, isTaken: (streamId: number) => boolean): number | undefined {
    for (let number = 0; number < MOST_NUMBERS; number += 1) {
      const streamId = this.firstStreamId + 2 * number;
      if (this.closing.has(streamId) || isTaken(streamId)) continue;
      this.open.set(label, streamId);
      return streamId;
    }
    return undefined;
  }

  /** We close it. @returns its stream, undefined where there is none */
  close(label: string): number | undefined {
    const streamId = this.open.get(label);
    if (streamId === undefined) return undefined;
    this.open.delete(label);
    this.closing.add(streamId);
    return streamId;
  }

  /** The peer has closed its side. @returns the label that it closed before us */
  ended(streamId: number): string | undefined {
    this.closing.delete(streamId);
    const [label] = [...this.open].find(([, one]) => one === streamId) ?? [];
    if (label !== undefined) this.open.delete(label);
    return label;
  }
}
