import type { LayerReader } from '../../media/codecs/codec.js';
import { LayerChoice } from '../../media/forwarding/layer-choice.js';
import { EVERY_LAYER } from '../../media/forwarding/layer-filter.js';
import type { PacketSource } from '../../media/forwarding/packet-source.js';
import { SourceLayers } from '../../media/forwarding/source-layers.js';
import { SourcePacket } from '../../media/forwarding/source-packet.js';
import { RtpHeader } from '../../media/rtp/packet.js';
import type { OfferedLayer } from './forwarded-layer.js';
import { ScalableLayers } from './scalable-layers.js';

const PICTURE_MS = 100;

/** A source whose packets say what they are told to. */
class Scene {
  nowMs = 0;
  /** Below it nothing is sent. */
  lowest: readonly [spatial: number, temporal: number] = [0, 0];
  private next: readonly [spatial: number, temporal: number] = [0, 0];
  private readonly reader: LayerReader = {
    read: (packet) => {
      packet.isLayered = true;
      [packet.spatialLayer, packet.temporalLayer] = this.next;
    },
  };
  private readonly layers: SourceLayers;
  readonly scalable: ScalableLayers;

  constructor(descriptorId?: number) {
    this.layers = new SourceLayers(this.reader, descriptorId);
    this.scalable = new ScalableLayers({} as PacketSource, this.layers);
  }

  /** Pictures of so many sizes, the rates one after another, each frame of `bytes`. */
  send(pictures: number, spatialCount: number, temporalCount: number, bytes = 100): void {
    for (let picture = 0; picture < pictures; picture++) {
      this.nowMs += PICTURE_MS;
      const [lowestSpatial, lowestTemporal] = this.lowest;
      for (let spatial = lowestSpatial; spatial < spatialCount; spatial++) {
        this.next = [spatial, Math.max(lowestTemporal, picture % temporalCount)];
        const packet = Object.assign(new SourcePacket(new Uint8Array(1)), { payloadLength: bytes });
        this.layers.read(packet, new RtpHeader(), 0, this.nowMs);
      }
      this.scalable.tick(this.nowMs);
    }
  }

  names(): string[] {
    return this.scalable.tick(this.nowMs).map(({ rid }) => rid);
  }
}

describe('ScalableLayers', () => {
  it('has nothing to choose from while there is one layer', () => {
    const scene = new Scene();
    expect(scene.names()).toEqual([]);
    scene.send(5, 1, 1);
    expect(scene.names()).toEqual([]);
  });

  it('names every size at every rate, best first, and takes the best for all there is', () => {
    const scene = new Scene();
    scene.send(30, 2, 3);
    const [best, second] = scene.scalable.tick(scene.nowMs);

    expect(scene.names()).toEqual(['S1T2', 'S1T1', 'S1T0', 'S0T2', 'S0T1', 'S0T0']);
    expect(best?.limit).toBe(EVERY_LAYER);
    expect(second?.limit).toEqual({ spatialLayer: 1, temporalLayer: 1 });
    expect(scene.scalable.tick(scene.nowMs)[1]?.limit).toBe(second?.limit);
  });

  it('measures each with all that is below it', () => {
    const scene = new Scene();
    scene.send(200, 2, 2, 1_000);
    const bits = scene.scalable.tick(scene.nowMs).map(({ bitsPerSecond }) => Math.round(bitsPerSecond / 20_000));

    expect(bits).toEqual([8, 4, 4, 2]);
  });

  it('forgets what is sent no more, and knows it again', () => {
    const scene = new Scene();
    scene.send(10, 3, 1);
    const [, second] = scene.scalable.tick(scene.nowMs);
    scene.send(30, 2, 1);

    expect(scene.names()).toEqual(['S1T0', 'S0T0']);
    expect(scene.scalable.tick(scene.nowMs)[0]).toBe(second);
    expect(second?.limit).toBe(EVERY_LAYER);
    scene.send(10, 3, 1);
    expect(scene.names()).toEqual(['S2T0', 'S1T0', 'S0T0']);
    expect(second?.limit).toEqual({ spatialLayer: 1, temporalLayer: 0 });
  });

  it.each([
    ['AV1', 13, ['S1T2', 'S1T1']],
    ['VP9', undefined, ['S1T2', 'S1T1']],
  ])('offers nothing of which nothing comes, so that no viewer is left without a picture: %s', (_codec, id, names) => {
    const scene = new Scene(id);
    scene.send(60, 2, 3, 1_000);
    const choice = new LayerChoice<OfferedLayer>();
    choice.select(scene.scalable.tick(scene.nowMs), 1, scene.nowMs);
    scene.lowest = [1, 1];
    scene.send(30, 2, 3, 1_000);

    expect(scene.names()).toEqual(names);
    expect(choice.select(scene.scalable.tick(scene.nowMs), 1, scene.nowMs)?.rid).toBe('S1T1');
    scene.send(30, 2, 2, 1_000);
    expect(scene.names()).toEqual([]);
  });

  it('slows a large picture down to less than half only where that is asked for', () => {
    const scene = new Scene();
    scene.send(60, 2, 3, 1_000);
    const layers = scene.scalable.tick(scene.nowMs);
    const choice = new LayerChoice<(typeof layers)[number]>();
    const rungs = new Set<string | undefined>();
    for (let bits = 200_000; bits > 0; bits -= 1_000) rungs.add(choice.select(layers, bits, 0)?.rid);

    expect([...rungs]).toEqual(['S1T2', 'S1T1', 'S0T2', 'S0T1', 'S0T0']);
    choice.pin('S1T0');
    expect(choice.select(layers, 1, 0)?.rid).toBe('S1T0');
  });

  it('sends the smallest size of those that viewers cannot tell apart, and a larger one to who asks for it', () => {
    const scene = new Scene(13);
    scene.send(60, 2, 2, 1_000);
    const layers = scene.scalable.tick(scene.nowMs);
    const choice = new LayerChoice<(typeof layers)[number]>();

    expect(choice.select(layers, Infinity, 0)?.rid).toBe('S0T1');
    choice.pin('S1T1');
    expect(choice.select(layers, Infinity, 0)?.limit).toBe(EVERY_LAYER);
    expect(new LayerChoice<(typeof layers)[number]>(true).select(layers, Infinity, 0)?.rid).toBe('S1T1');
    const described = new LayerChoice<(typeof layers)[number]>(false, true);
    expect(described.select(layers, Infinity, 0)?.limit).toBe(EVERY_LAYER);
    expect(described.select(layers, 1, 10_000)?.rid).toBe('S0T0');
  });
});
