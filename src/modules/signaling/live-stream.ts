import type { StreamName } from './ports/stream-name.js';
import type { PublisherSession } from './publisher-session.js';

/** A named source: its publisher, or the last one for as long as lists show it, and whether it is being recorded. */
export class LiveStream {
  /** Publishing now, or closed a short while ago. */
  session: PublisherSession | undefined;
  isRecording = false;
  private leftMs = 0;
  private earlierBytes = 0;
  private earlierPackets = 0;

  constructor(
    readonly name: StreamName,
    readonly createdAtMs: number,
  ) {}

  get publisher(): PublisherSession | undefined {
    return this.session?.isClosed === false ? this.session : undefined;
  }

  /** Epoch milliseconds at which the last publisher left; 0 while there is one and before the first. */
  get leftAtMs(): number {
    return this.publisher === undefined ? this.leftMs : 0;
  }

  /** Of all its publishers: never falls while the stream exists. */
  get received(): { readonly bytes: number; readonly packets: number; readonly bitrate: number } {
    const current = this.session?.received ?? { bytes: 0, packets: 0, bitrate: 0 };
    return {
      bytes: this.earlierBytes + current.bytes,
      packets: this.earlierPackets + current.packets,
      bitrate: current.bitrate,
    };
  }

  /** Nothing keeps it in the lists any more. */
  get isForgettable(): boolean {
    return this.session === undefined && !this.isRecording;
  }

  taken(session: PublisherSession): void {
    this.retire();
    this.session = session;
  }

  left(session: PublisherSession): void {
    if (this.session === session) this.leftMs = session.leftAtMs;
  }

  /** Stops showing `session`, unless another one has taken its place. */
  forget(session: PublisherSession): void {
    if (this.session !== session) return;
    this.retire();
    this.session = undefined;
  }

  private retire(): void {
    this.earlierBytes += this.session?.received.bytes ?? 0;
    this.earlierPackets += this.session?.received.packets ?? 0;
  }
}
