import type { InteropCodec } from './sender.js';

export interface WatchOrder {
  readonly whepUrl: string;
  readonly codec: InteropCodec;
}

/** A WebRTC stack that others wrote, with a decoder that others wrote: one column of the table of pairings in docs/interop.md. */
export interface InteropViewer {
  readonly name: string;
  /** Every codec that it can receive and decode. */
  readonly codecs: readonly InteropCodec[];
  /** @returns undefined when it can run here, else why not, quoting the install command that failed */
  missing(): string | undefined;
  /**
   * Asks for pictures of `codec` alone.
   *
   * @returns once it is connected
   */
  watch(order: WatchOrder): Promise<Watching>;
}

export interface Watching extends AsyncDisposable {
  /**
   * Takes what is still on its way, and says goodbye.
   *
   * @param expected it may stop to wait at so many
   * @returns how many pictures came out of its decoder; of Chromium how many it put together for it
   */
  end(expected: number): Promise<number>;
}
