import type { MediaMemory } from '../../media/memory.js';
import { SINGLES, SINGLE_BYTES } from '../../media/kernels/kernel-memory.js';
import type { KeystreamMaker } from './keystream-maker.js';
import { KeystreamWindow } from './keystream-window.js';

/** Sources of one key with keystream made ahead: three layers, their retransmissions and sound have it. The longest known makes room. */
const MOST_WINDOWS = 8;

/** Keystream of all sources of one session key. */
export class SessionKeystream {
  private readonly windows: KeystreamWindow[] = [];

  constructor(
    private readonly memory: MediaMemory,
    private readonly maker: KeystreamMaker,
  ) {}

  /**
   * Keystream that was not made ahead is made for that packet alone: whoever forges sequence numbers pays for each.
   * @param lane 0 to 3: packets whose keystream is needed at the same time have different ones
   * @returns its offset, good until the next `advance`, or `find` for the same lane
   */
  find(ssrc: number, index: number, blocks: number, lane: number): number {
    const ready = this.windowOf(ssrc)?.find(index, blocks) ?? -1;
    if (ready >= 0) return ready;
    const single = SINGLES + lane * SINGLE_BYTES;
    this.maker.make(single, ssrc, index, 1, blocks);
    return single;
  }

  /** An authentic packet of so many blocks had this index. */
  advance(ssrc: number, index: number, blocks: number): void {
    const window = this.windowOf(ssrc) ?? this.addWindow(ssrc);
    window.advance(index, blocks);
  }

  close(): void {
    for (const window of this.windows) window.close();
    this.windows.length = 0;
  }

  /** A walk over the few sources: a Map would box the 32-bit key of every packet. */
  private windowOf(ssrc: number): KeystreamWindow | undefined {
    for (const window of this.windows) if (window.ssrc === ssrc) return window;
    return undefined;
  }

  private addWindow(ssrc: number): KeystreamWindow {
    if (this.windows.length >= MOST_WINDOWS) this.windows.shift()?.close();
    const window = new KeystreamWindow(ssrc, this.memory, this.maker);
    this.windows.push(window);
    return window;
  }
}
