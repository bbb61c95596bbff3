import { LayerSelector, type LayerState } from './layer-selector.js';

class Layer implements LayerState {
  lastPacketMs = -Infinity;
  flowingSinceMs = -Infinity;

  constructor(
    readonly name: string,
    readonly rank: number,
    public pixels: number,
  ) {}
}

/** Three layers as Chromium offers them, the smallest first, with a packet each 10 ms while they are on. */
class Sender {
  readonly layers = [new Layer('q', 0, 100), new Layer('h', 1, 400), new Layer('f', 2, 1600)] as const;
  readonly selector = new LayerSelector<Layer>(this.layers);
  nowMs = 10_000;

  /** The layers named send for so long; a layer that is wanted sends a key frame 50 ms later. @returns what was taken */
  run(durationMs: number, names: string, everyMs = 10): string {
    const taken: string[] = [];
    const endMs = this.nowMs + durationMs;
    for (; this.nowMs < endMs; this.nowMs += 10) {
      if (this.nowMs % everyMs === 0)
        for (const layer of this.layers) if (names.includes(layer.name)) this.packet(layer);
      const wanted = this.selector.wanted(this.nowMs);
      if (wanted !== undefined && names.includes(wanted.name) && this.nowMs % 50 === 0) this.keyframe(wanted);
      const { name = '-' } = this.selector.current ?? {};
      if (taken.at(-1) !== name) taken.push(name);
    }
    return taken.join('');
  }

  keyframe(layer: Layer): boolean {
    return this.selector.keyframe(layer, this.nowMs);
  }

  private packet(layer: Layer): void {
    if (this.nowMs - layer.lastPacketMs >= 2_000) layer.flowingSinceMs = this.nowMs;
    layer.lastPacketMs = this.nowMs;
  }
}

describe('LayerSelector', () => {
  it('takes the largest picture at once when all layers begin together', () => {
    const sender = new Sender();
    for (const layer of sender.layers) sender.keyframe(layer);
    expect(sender.run(5_000, 'qhf')).toBe('f');
  });

  it('takes a better layer that comes later once it has flowed for a second, at a key frame it asks for', () => {
    const sender = new Sender();
    expect(sender.run(5_000, 'q')).toBe('q');
    expect(sender.run(900, 'qf')).toBe('q');
    expect(sender.run(500, 'qf')).toBe('qf');
  });

  it('does not leave the layer in use before a key frame of the other', () => {
    const sender = new Sender();
    sender.run(5_000, 'q');
    const [, , best] = sender.layers;
    best.pixels = 0;
    expect(sender.keyframe(best)).toBe(false);
  });

  it('takes the next best layer when the one in use stops, within a second', () => {
    const sender = new Sender();
    sender.run(5_000, 'qhf');
    expect(sender.run(500, 'qh')).toBe('f');
    expect(sender.run(500, 'qh')).toBe('fh');
  });

  it('keeps the layer in use when all are silent together, or pause as slow pictures do', () => {
    const sender = new Sender();
    sender.run(5_000, 'qhf');
    expect(sender.run(5_000, '')).toBe('f');
    expect(sender.run(1_000, 'qhf')).toBe('f');
    expect(sender.run(20_000, 'qhf', 1_000)).toBe('f');
  });

  it('goes back to a layer that flaps less and less often', () => {
    const sender = new Sender();
    sender.run(5_000, 'qhf');
    let changes = 0;
    for (let second = 0; second < 60; second += 5) {
      sender.run(2_200, 'q');
      changes += sender.run(2_800, 'qf').length - 1;
    }
    expect(changes).toBeLessThanOrEqual(3);
    expect(sender.run(35_000, 'qf')).toBe('qf');
  });

  it('asks a layer that flows for what it is, and goes by the order of the offer as long as it does not know', () => {
    const sender = new Sender();
    sender.run(3_000, 'h');
    const [first, second, third] = sender.layers;
    third.pixels = 0;
    first.pixels = 0;
    sender.run(100, 'qhf');
    expect(sender.selector.wanted(sender.nowMs)).toBe(first);
    expect(sender.selector.current).toBe(second);
  });

  it('has nothing to choose in a track of one layer', () => {
    const layer = new Layer('', 0, 0);
    const selector = new LayerSelector([layer]);
    expect(selector.current).toBe(layer);
    expect(selector.wanted(0)).toBeUndefined();
  });
});
