import { EVERY_LAYER, LayerFilter } from './layer-filter.js';
import { SourcePacket } from './source-packet.js';

interface Frame {
  readonly spatialLayer: number;
  readonly temporalLayer: number;
  readonly startsLayer: boolean;
  readonly allowsFaster: boolean;
  readonly startsKeyframe?: boolean;
}

/** A picture of two sizes, in two packets a frame. */
type Picture = readonly Frame[];

const frame = (spatialLayer: number, temporalLayer: number, more: Partial<Frame> = {}): Frame => ({
  spatialLayer,
  temporalLayer,
  startsLayer: false,
  allowsFaster: temporalLayer === 0,
  ...more,
});

/** L2T2: every second picture is one that others refer to. */
const key: Picture = [frame(0, 0, { startsLayer: true }), frame(1, 0, { startsLayer: true })];
const slow: Picture = [frame(0, 0), frame(1, 0)];
const fast: Picture = [frame(0, 1), frame(1, 1)];

class Scene {
  readonly filter = new LayerFilter(EVERY_LAYER);
  private timestamp = 0;

  /** @returns the layers of which all packets pass, as `S1T0` */
  send(picture: Picture): string {
    this.timestamp += 3000;
    return picture
      .flatMap((one) => (this.sendFrame(one) ? [`S${one.spatialLayer}T${one.temporalLayer}`] : []))
      .join(' ');
  }

  private sendFrame(one: Frame): boolean {
    const packet = Object.assign(new SourcePacket(new Uint8Array(1)), one, {
      isLayered: true,
      timestamp: this.timestamp,
    });
    const first = this.filter.passes(Object.assign(packet, { startsFrame: true, endsFrame: false }));
    const last = this.filter.passes(Object.assign(packet, { startsFrame: false, endsFrame: true }));
    expect(last).toBe(first);
    return first;
  }
}

describe('LayerFilter', () => {
  it('lets everything pass while nothing is limited', () => {
    const { filter } = new Scene();
    const scene = new Scene();

    expect([key, slow, fast].map((picture) => scene.send(picture))).toEqual(['S0T0 S1T0', 'S0T0 S1T0', 'S0T1 S1T1']);
    expect(filter.passes(new SourcePacket(new Uint8Array(1)))).toBe(true);
  });

  it('goes down with the next picture', () => {
    const scene = new Scene();
    scene.send(key);
    scene.filter.become({ spatialLayer: 0, temporalLayer: 0 });

    expect([fast, slow].map((picture) => scene.send(picture))).toEqual(['', 'S0T0']);
    expect(scene.filter.needsKeyframe).toBe(false);
  });

  it('goes up to a faster picture behind one that allows it, and not before', () => {
    const scene = new Scene();
    scene.filter.become({ spatialLayer: 7, temporalLayer: 0 });
    scene.send(slow);
    const strict = slow.map((one) => ({ ...one, allowsFaster: false }));
    scene.send(strict);
    scene.filter.become(EVERY_LAYER);

    expect(scene.send(fast)).toBe('');
    expect(scene.send(strict)).toBe('S0T0 S1T0');
    expect(scene.send(fast)).toBe('');
    expect(scene.send(slow)).toBe('S0T0 S1T0');
    expect(scene.send(fast)).toBe('S0T1 S1T1');
  });

  it('goes up to a larger picture with a frame that refers to no other picture, and says that it needs one', () => {
    const scene = new Scene();
    scene.filter.become({ spatialLayer: 0, temporalLayer: 7 });
    scene.send(slow);
    scene.filter.become(EVERY_LAYER);

    expect(scene.filter.needsKeyframe).toBe(false);
    expect(scene.send(slow)).toBe('S0T0');
    expect(scene.filter.needsKeyframe).toBe(true);
    expect(scene.send(key)).toBe('S0T0 S1T0');
    expect(scene.filter.needsKeyframe).toBe(false);
    expect(scene.send(fast)).toBe('S0T1 S1T1');
  });

  it('takes a layer that comes back after it was not sent for a while, once all there was of a key frame came', () => {
    const scene = new Scene();
    scene.filter.become({ spatialLayer: 0, temporalLayer: 7 });
    scene.send(slow);
    scene.filter.become(EVERY_LAYER);
    scene.send(key.slice(0, 1));

    expect(scene.send(slow)).toBe('S0T0 S1T0');
  });

  it('does not begin a larger picture whose smaller one was left out', () => {
    const scene = new Scene();
    scene.filter.become({ spatialLayer: 0, temporalLayer: 0 });
    scene.send(slow);
    scene.filter.become({ spatialLayer: 7, temporalLayer: 0 });

    expect(scene.send([frame(0, 1), frame(1, 1, { startsLayer: true })])).toBe('');
    expect(scene.send(slow)).toBe('S0T0');
  });

  it('asks for a key frame when no picture ever allows a faster one', () => {
    const scene = new Scene();
    const never = fast.map((one) => ({ ...one, allowsFaster: false }));
    scene.filter.become({ spatialLayer: 7, temporalLayer: 0 });
    scene.send(never);
    scene.filter.become(EVERY_LAYER);
    for (let count = 0; count < 125; count++) scene.send(never);

    expect(scene.filter.needsKeyframe).toBe(false);
    scene.send(never);
    expect(scene.filter.needsKeyframe).toBe(true);
  });

  it('goes over to what still comes when the smaller picture has stopped, and asks no longer then', () => {
    const scene = new Scene();
    scene.filter.become({ spatialLayer: 0, temporalLayer: 0 });
    scene.send(slow);
    scene.filter.become({ spatialLayer: 1, temporalLayer: 1 });
    const [large, largeKey] = [[frame(1, 0)], [frame(1, 0, { startsLayer: true })]];

    expect([scene.send(large), scene.filter.needsKeyframe]).toEqual(['', true]);
    expect([scene.send(largeKey), scene.filter.needsKeyframe]).toEqual(['S1T0', false]);
    expect(scene.send([frame(1, 1)])).toBe('S1T1');
    expect([scene.send(large), scene.filter.needsKeyframe]).toEqual(['S1T0', false]);
  });

  it('believes that a decoder can begin with a picture, though it is said to refer to others', () => {
    const scene = new Scene();
    scene.filter.become({ spatialLayer: 0, temporalLayer: 0 });
    scene.send(slow);
    scene.filter.become(EVERY_LAYER);
    scene.send(slow);
    const lie: Picture = [frame(0, 0, { startsKeyframe: true }), frame(1, 0)];

    expect([scene.send(lie), scene.filter.needsKeyframe]).toEqual(['S0T0', true]);
    expect([scene.send([frame(1, 0, { startsKeyframe: true })]), scene.filter.needsKeyframe]).toEqual(['S1T0', false]);
  });
});
