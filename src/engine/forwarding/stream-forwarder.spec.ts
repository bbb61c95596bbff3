import type { PacketSource } from '../../media/forwarding/packet-source.js';
import { MediaMemory } from '../../media/memory.js';
import { RtpHeader } from '../../media/rtp/packet.js';
import type { NegotiatedTrack } from '../../media/sdp/session.js';
import { KeyframeRequester } from '../session/keyframe-requester.js';
import type { LayerReceiver } from '../session/layer-receiver.js';
import type { TrackReceiver } from '../session/track-receiver.js';
import type { OfferedLayer } from './forwarded-layer.js';
import { StreamForwarder, type ForwardedPublisher, type PacketTarget, type Viewer } from './stream-forwarder.js';

const MEMORY_BYTES = 8 << 20;
const SLOT = 1024;

const trackOf = (kind: 'video' | 'audio'): NegotiatedTrack =>
  ({
    kind,
    mid: kind,
    formats: [{ codecName: kind === 'video' ? 'VP8' : 'opus', payloadType: 96, clockRate: 90_000 }],
    extensions: {},
  }) as unknown as NegotiatedTrack;

/** A publisher with a picture in some layers, and sound. */
class Publisher implements ForwardedPublisher {
  target: PacketTarget | undefined;
  private nowMs = 0;
  readonly layers: LayerReceiver[];
  readonly receivers: TrackReceiver[];

  constructor(layers = 1) {
    const [video, audio] = [trackOf('video'), trackOf('audio')];
    const layerOf = (track: NegotiatedTrack, rank: number): LayerReceiver =>
      ({ track, rank, pixels: 0, lastPacketMs: 0, keyframes: new KeyframeRequester() }) as unknown as LayerReceiver;
    this.layers = Array.from({ length: layers }, (_, rank) => layerOf(video, rank));
    const sound = layerOf(audio, 0);
    this.receivers = [
      { track: video, isVideo: true, layers: this.layers } as unknown as TrackReceiver,
      { track: audio, isVideo: false, layers: [sound] } as unknown as TrackReceiver,
    ];
  }

  forwardTo(target: PacketTarget | undefined): void {
    this.target = target;
  }

  isAsked(layer = this.layers[0]): boolean {
    this.nowMs += 60_000;
    return layer?.keyframes.isDue(this.nowMs) ?? false;
  }
}

/** Takes the layer that is offered first. */
class FakeViewer implements Viewer {
  readonly chosen = new Map<string, PacketSource | undefined>();
  readonly packets: string[] = [];
  /** How many packets there were each time. */
  readonly flushes: number[] = [];
  isWaiting = true;

  offer({ kind }: NegotiatedTrack, [best]: readonly OfferedLayer[]): void {
    this.chosen.set(kind, best?.source);
  }

  end(kind: string): void {
    this.chosen.delete(kind);
  }

  forward(kind: string, source: PacketSource, { sequence }: { readonly sequence: number }): void {
    if (this.chosen.get(kind) === source) this.packets.push(`${kind} ${String(sequence & 0xffff)}`);
  }

  flush(): void {
    this.flushes.push(this.packets.length);
  }

  awaits(source: PacketSource): boolean {
    return this.isWaiting && this.watches(source);
  }

  watches(source: PacketSource): boolean {
    return this.chosen.get('video') === source;
  }
}

class Scene {
  readonly memory = new MediaMemory(new ArrayBuffer(MEMORY_BYTES), 4096);
  readonly forwarder = new StreamForwarder(this.memory);

  packet(publisher: Publisher, sequence: number, layer = publisher.layers[0]): void {
    this.among(publisher, sequence, layer);
    publisher.target?.drained();
  }

  /** More are there already. */
  among(publisher: Publisher, sequence: number, layer = publisher.layers[0]): void {
    const { bytes } = this.memory;
    bytes.set([0x80, 96, sequence >> 8, sequence & 255, 0, 0, 0, 1, 0, 0, 0, 9, 1, 2, 3], SLOT);
    const header = new RtpHeader();
    header.parse(bytes, SLOT, 15);
    if (layer !== undefined) publisher.target?.packet(layer, SLOT, header, 15, 1_000, false);
  }
}

describe('StreamForwarder', () => {
  it('takes nothing of a publisher whom nobody watches, and gives its memory back when the last viewer leaves', () => {
    const { forwarder, memory } = new Scene();
    const publisher = new Publisher();
    const viewer = new FakeViewer();
    const before = memory.usedBytes;

    forwarder.publishedBy(publisher);
    expect([publisher.target, memory.usedBytes]).toEqual([undefined, before]);
    forwarder.join(viewer);
    expect(publisher.target).toBe(forwarder);
    const used = memory.usedBytes;
    forwarder.leave(viewer);
    forwarder.join(viewer);

    expect(used).toBeGreaterThan(before);
    expect(memory.usedBytes).toBe(used);
  });

  it('ends what a viewer gets when it leaves, though others watch on, and begins anew when it comes back', () => {
    const { forwarder } = new Scene();
    const publisher = new Publisher();
    const [one, other] = [new FakeViewer(), new FakeViewer()];
    forwarder.publishedBy(publisher);
    forwarder.join(one);
    forwarder.join(other);

    forwarder.leave(one);
    expect([...one.chosen.keys()]).toEqual([]);
    expect([...other.chosen.keys()]).toEqual(['video', 'audio']);
    forwarder.join(one);

    expect([...one.chosen.keys()]).toEqual(['video', 'audio']);
  });

  it('gives each packet once to every viewer, and asks for a key frame at once for who comes late', () => {
    const scene = new Scene();
    const publisher = new Publisher();
    const [early, late] = [new FakeViewer(), new FakeViewer()];
    scene.forwarder.publishedBy(publisher);
    scene.forwarder.join(early);
    expect(publisher.isAsked()).toBe(true);
    publisher.layers[0]?.keyframes.satisfied();
    early.isWaiting = false;
    scene.packet(publisher, 1);

    scene.forwarder.join(late);
    expect(publisher.isAsked()).toBe(true);
    scene.packet(publisher, 2);
    scene.packet(publisher, 2);

    expect(early.packets).toEqual(['video 1', 'video 2']);
    expect(late.packets).toEqual(['video 2']);
  });

  it('gives what comes together to one viewer after another, but no more than a picture', () => {
    const scene = new Scene();
    const publisher = new Publisher();
    const [one, other] = [new FakeViewer(), new FakeViewer()];
    scene.forwarder.publishedBy(publisher);
    scene.forwarder.join(one);
    scene.forwarder.join(other);

    for (let sequence = 1; sequence <= 20; sequence++) scene.among(publisher, sequence);
    expect([one.flushes, other.flushes]).toEqual([[16], [16]]);
    publisher.target?.drained();

    const all = Array.from({ length: 20 }, (_, index) => `video ${index + 1}`);
    expect([one.packets, other.packets]).toEqual([all, all]);
    expect([one.flushes, other.flushes]).toEqual([
      [16, 20],
      [16, 20],
    ]);
  });

  it('gives a viewer that leaves what came before', () => {
    const scene = new Scene();
    const publisher = new Publisher();
    const [one, late] = [new FakeViewer(), new FakeViewer()];
    scene.forwarder.publishedBy(publisher);
    scene.forwarder.join(one);

    scene.among(publisher, 1);
    scene.forwarder.join(late);
    scene.among(publisher, 2);
    scene.forwarder.leave(one);
    scene.among(publisher, 3);
    scene.forwarder.publishedBy(undefined);

    expect([one.packets, late.packets]).toEqual([
      ['video 1', 'video 2'],
      ['video 2', 'video 3'],
    ]);
  });

  it('gives each packet once to the others when a viewer fails and leaves among them', () => {
    const scene = new Scene();
    const publisher = new Publisher();
    const [failing, other] = [new FakeViewer(), new FakeViewer()];
    failing.flush = () => {
      scene.forwarder.leave(failing);
    };
    scene.forwarder.publishedBy(publisher);
    for (const viewer of [failing, other]) scene.forwarder.join(viewer);

    scene.packet(publisher, 1);
    scene.packet(publisher, 2);

    expect([failing.packets, other.packets]).toEqual([['video 1'], ['video 1', 'video 2']]);
  });

  it('sends each packet at once where memory has no room to keep it meanwhile', () => {
    const scene = new Scene();
    const publisher = new Publisher();
    const viewer = new FakeViewer();
    while (scene.memory.usedBytes < MEMORY_BYTES * 0.8) scene.memory.allocate(4096);
    scene.forwarder.publishedBy(publisher);
    scene.forwarder.join(viewer);

    for (let sequence = 1; sequence <= 3; sequence++) scene.among(publisher, sequence);

    expect(viewer.flushes).toEqual([1, 2, 3]);
  });

  it('keeps viewers from before a publisher, and takes them over to the next one', () => {
    const scene = new Scene();
    const viewer = new FakeViewer();
    const [first, second] = [new Publisher(), new Publisher()];
    scene.forwarder.join(viewer);

    scene.forwarder.publishedBy(first);
    scene.packet(first, 1);
    const before = viewer.chosen.get('video');
    scene.forwarder.publishedBy(undefined);
    expect(viewer.chosen.get('video')).toBeUndefined();
    scene.forwarder.publishedBy(second);
    scene.packet(second, 7);

    expect(first.target).toBeUndefined();
    expect(viewer.chosen.get('video')).not.toBe(before);
    expect(viewer.packets).toEqual(['video 1', 'video 7']);
    expect(second.isAsked()).toBe(true);
  });

  it('offers the layers best first, and asks for a key frame of the one that is awaited', () => {
    const scene = new Scene();
    const viewer = new FakeViewer();
    const publisher = new Publisher(2);
    scene.forwarder.publishedBy(publisher);
    scene.forwarder.join(viewer);
    const first = viewer.chosen.get('video');

    Object.assign(publisher.layers[0] ?? {}, { pixels: 100 });
    Object.assign(publisher.layers[1] ?? {}, { pixels: 400 });
    scene.forwarder.tick(1_000);

    expect(viewer.chosen.get('video')).not.toBe(first);
    expect(publisher.isAsked(publisher.layers[1])).toBe(true);
  });

  it('believes once per second that a key frame is needed', () => {
    const scene = new Scene();
    const publisher = new Publisher();
    const viewer = new FakeViewer();
    viewer.isWaiting = false;
    scene.forwarder.publishedBy(publisher);
    scene.forwarder.join(viewer);
    const asked = (nowMs: number): boolean => {
      scene.forwarder.keyframeWanted(nowMs);
      const isAsked = publisher.isAsked();
      publisher.layers[0]?.keyframes.satisfied();
      return isAsked;
    };

    expect([asked(5_000), asked(5_500), asked(5_999)]).toEqual([true, false, false]);
  });
});
