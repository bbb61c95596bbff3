import fc from 'fast-check';
import { BitReader } from '../codecs/bit-reader.js';
import { bytesOf, mandatory, number, STRUCTURE } from '../codecs/av1/testing/descriptor-bits.js';
import { EVERY_LAYER, type LayerLimit } from './layer-filter.js';
import type { OutgoingStream, OutgoingStreamOptions } from './outgoing-stream.js';
import type { PacketSource } from './packet-source.js';
import {
  FORMATS,
  ForwardingScene,
  OUT_BYTES,
  PLAIN_FORMATS,
  type ReceivedByViewer,
  type SentByPublisher,
  SLOT_BYTES,
} from './testing/forwarding-fixture.js';
import { SentPackets } from './sent-packets.js';

const ID = 9;
const FIRST = 0x1000;
/** RFC 7714. */
const LONGEST_TAG_BYTES = 16;
/** Of all that a scene sends. */
const AT_THE_END_MS = 1_500;
const KEY = '1 0 0 0 0';
const SMALL: LayerLimit = { spatialLayer: 0, temporalLayer: 1 };

/** Template ids of the structure. */
const TEMPLATE = { key: 60, slow: 61, fast: 62, largeKey: 63, large: 0 } as const;

const bits = (...parts: readonly string[]): number[] => [...bytesOf(...parts)];
const key = (frame: number): number[] => bits(mandatory(TEMPLATE.key, frame), KEY, STRUCTURE);
/** All four. Behind the end there is nothing but zeros ("zero_padding"). */
const keyWithTargets = (frame: number): number[] => [
  ...bits(mandatory(TEMPLATE.key, frame), '1 1 0 0 0', STRUCTURE, '1111'),
  0,
];
const short = (template: keyof typeof TEMPLATE, frame: number): number[] => bits(mandatory(TEMPLATE[template], frame));

/** One publisher after another, and one viewer. */
class Scene {
  readonly forwarding = new ForwardingScene();
  readonly stream: OutgoingStream;
  source: PacketSource;
  private sequence = 0;
  private timestamp = 0;
  private ssrc = 1;

  constructor(options: Partial<OutgoingStreamOptions> = {}, id = ID) {
    const extensions = { mid: { id: 3, value: 'v' }, transportSequenceNumber: 4, absoluteCaptureTime: undefined };
    this.stream = this.forwarding.stream({ extensions: { ...extensions, dependencyDescriptor: id }, ...options });
    this.source = this.forwarding.source();
    this.stream.choose(this.source, options.rtxSsrc === undefined && 'rtxSsrc' in options ? PLAIN_FORMATS : FORMATS);
  }

  republish(): void {
    this.source = this.forwarding.source();
    this.ssrc += 1;
    this.stream.choose(this.source, FORMATS);
  }

  picture(): void {
    this.timestamp += 3_000;
  }

  send(descriptor: readonly number[], more: Partial<SentByPublisher> = {}): ReceivedByViewer | undefined {
    this.sequence += 1;
    const { sequence, timestamp, ssrc } = this;
    const sent = { sequence, timestamp, ssrc, atMs: timestamp / 90, payload: [sequence & 0xff], descriptor };
    return this.forwarding.forward(this.stream, this.source, { ...sent, ...more });
  }

  /** A key picture in two sizes. */
  begin(frame: number): (ReceivedByViewer | undefined)[] {
    this.picture();
    return [this.send(key(frame), { isKey: true }), this.send(short('largeKey', frame + 1), { marker: true })];
  }
}

const descriptorOf = (packet: ReceivedByViewer | undefined): readonly number[] | undefined => packet?.extensions[ID];

/** What a viewer reads of a descriptor that has no structure. */
function read(descriptor: readonly number[] = []): { frame: number; targets: number | undefined } {
  const frame = (descriptor[1] ?? 0) * 256 + (descriptor[2] ?? 0);
  const reader = new BitReader().reset(Uint8Array.from(descriptor), 3, descriptor.length - 3);
  const [, hasMask] = [reader.flag(), reader.flag(), reader.bits(3)];
  return { frame, targets: hasMask ? reader.bits(4) : undefined };
}

describe('the dependency descriptor of a viewer', () => {
  it('is the publisher’s, under the id of the viewer, in the form of header extensions that holds it', () => {
    const scene = new Scene();
    const [first, second] = scene.begin(7);

    expect(first?.extensions).toEqual({ 3: [0x76], [ID]: key(7) });
    expect(first?.payload).toEqual([1, 1]);
    expect(second?.extensions).toEqual({ 3: [0x76], [ID]: short('largeKey', 8) });
    expect(second?.payload).toEqual([0, 2]);
  });

  it('is found under an id that the one-byte form does not have, and beside every other extension', () => {
    const extensions = { mid: { id: 3, value: 'v' }, transportSequenceNumber: 4, absoluteCaptureTime: 5 };
    const sentPackets = new SentPackets();
    const scene = new Scene({ extensions: { ...extensions, dependencyDescriptor: 200 }, sentPackets });
    const captureTime = [1, 2, 3, 4, 5, 6, 7, 8];
    scene.picture();
    const first = scene.send(key(1), { isKey: true, captureTime });
    const second = scene.send(short('slow', 2), { captureTime });

    expect(first?.extensions).toEqual({ 3: [0x76], 4: [0, 0], 5: captureTime, 200: key(1) });
    expect(second?.extensions).toEqual({ 3: [0x76], 4: [0, 1], 5: captureTime, 200: short('slow', 2) });
  });

  it('is not sent to who did not agree to it', () => {
    const scene = new Scene({
      extensions: { mid: { id: 3, value: 'v' }, transportSequenceNumber: undefined, absoluteCaptureTime: undefined },
    });

    expect(scene.begin(7).map((packet) => packet?.extensions)).toEqual([{ 3: [0x76] }, { 3: [0x76] }]);
  });

  it('counts frames on when another source is sent, up from the highest one', () => {
    const scene = new Scene();
    const frames = [...scene.begin(65_534)];
    scene.picture();
    frames.push(scene.send(short('slow', 0)));
    scene.republish();
    frames.push(...scene.begin(40_000));
    scene.republish();
    frames.push(...scene.begin(3));

    expect(frames.map((packet) => read(descriptorOf(packet)).frame)).toEqual([65_534, 65_535, 0, 1, 2, 3, 4]);
  });

  it('comes again with the same bytes, by RTX as without, and for a source that is gone', () => {
    for (const options of [{}, { rtxSsrc: undefined }]) {
      const scene = new Scene(options);
      scene.begin(9);
      scene.stream.limit(SMALL);
      scene.picture();
      const sent = [scene.send(short('slow', 11)), scene.send(short('large', 12))];
      scene.stream.limit(EVERY_LAYER);
      const again = scene.forwarding.resend(scene.stream, FIRST + 2, 200);

      expect(sent[1]).toBeUndefined();
      expect(read(descriptorOf(sent[0]))).toEqual({ frame: 11, targets: 0b0011 });
      expect(again?.extensions).toEqual(sent[0]?.extensions);
    }
  });

  it('of a source before comes again under the number that it had', () => {
    const scene = new Scene();
    const [sent] = scene.begin(30_000);
    scene.republish();
    scene.begin(5);

    expect(descriptorOf(scene.forwarding.resend(scene.stream, FIRST, 200))).toEqual(descriptorOf(sent));
    expect(read(descriptorOf(scene.forwarding.resend(scene.stream, FIRST + 3, 200))).frame).toBe(30_003);
  });

  it('says with each frame which decode targets are sent, from when something is left out', () => {
    const scene = new Scene();
    scene.begin(1);
    scene.picture();
    expect(descriptorOf(scene.send(short('slow', 3)))).toEqual(short('slow', 3));
    scene.stream.limit(SMALL);
    scene.picture();
    expect(read(descriptorOf(scene.send(short('fast', 5)))).targets).toBe(0b0011);
    scene.stream.limit({ spatialLayer: 0, temporalLayer: 0 });
    scene.picture();
    expect(read(descriptorOf(scene.send(short('slow', 7)))).targets).toBe(0b0001);
    scene.stream.limit(EVERY_LAYER);
    scene.picture();
    const structured = descriptorOf(scene.send(key(9), { isKey: true }));
    scene.send(short('largeKey', 10));
    scene.picture();
    expect(read(descriptorOf(scene.send(short('slow', 11)))).targets).toBe(0b1111);
    expect(structured).toEqual(keyWithTargets(9));
  });

  it('keeps what a frame says of itself behind the decode targets that are put in, or in place of the publisher’s', () => {
    const scene = new Scene();
    scene.begin(1);
    scene.stream.limit(SMALL);
    scene.picture();
    const own = '11 10 00 00 01 0001 00';

    expect(descriptorOf(scene.send(bits(mandatory(TEMPLATE.slow, 3), '0 0 1 1 0', own)))).toEqual(
      bits(mandatory(TEMPLATE.slow, 3), '0 1 1 1 0 0011', own),
    );
    scene.picture();
    expect(descriptorOf(scene.send(bits(mandatory(TEMPLATE.slow, 5), '0 1 1 1 0 1101', own)))).toEqual(
      bits(mandatory(TEMPLATE.slow, 5), '0 1 1 1 0 0001', own),
    );
    scene.picture();
    expect(read(descriptorOf(scene.send(short('slow', 7)))).targets).toBe(0b0001);
  });

  it('loses no bit behind the decode targets, wherever these come to lie', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 200 }), fc.nat({ max: 6 }), (tail, references) => {
        const scene = new Scene();
        scene.begin(1);
        scene.stream.limit(SMALL);
        scene.picture();
        const own = ['11 10 00 00', '01 0001'.repeat(references), '00', ...[...tail].map((byte) => number(byte, 8))];
        const sent = descriptorOf(scene.send(bits(mandatory(TEMPLATE.slow, 3), '0 0 1 1 0', ...own)));
        const expected = bits(mandatory(TEMPLATE.slow, 3), '0 1 1 1 0 0011', ...own);

        expect(sent?.slice(0, expected.length)).toEqual(expected);
        expect(sent?.slice(expected.length).every((byte) => byte === 0)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('is not in packets that have a number only', () => {
    const scene = new Scene();
    scene.begin(1);
    scene.stream.limit(SMALL);
    scene.picture();
    scene.send(short('slow', 3));
    scene.picture();
    scene.send(short('slow', 5), { sequence: 5 });
    const late = scene.send(short('large', 4), { sequence: 4 });

    expect(late?.payload).toEqual([1]);
    expect(late?.extensions).toEqual({ 3: [0x76] });
  });

  it('is left out where it is too short or too long to be one, and the packet is sent', () => {
    const scene = new Scene();
    scene.begin(1);
    for (const length of [1, 2, 251, 255]) {
      const packet = scene.send(new Array<number>(length).fill(0xff));

      expect(packet?.extensions).toEqual({ 3: [0x76] });
      expect(packet?.payload).toHaveLength(2);
    }
    expect(descriptorOf(scene.send(new Array<number>(250).fill(0xff)))).toHaveLength(250);
  });

  it('makes of the largest packet that a publisher can send none that is too large for its place', () => {
    const mid = { id: 30, value: 'm'.repeat(64) };
    const extensions = { mid, transportSequenceNumber: 4, absoluteCaptureTime: 5, dependencyDescriptor: 200 };
    const scene = new Scene({ extensions, sentPackets: new SentPackets() });
    scene.begin(1);
    scene.stream.limit(SMALL);
    scene.picture();
    const tail = Array.from({ length: 246 }, () => '10101010');
    const descriptor = bits(mandatory(TEMPLATE.slow, 3), '00000 000', ...tail);
    const captureTime = new Array<number>(16).fill(7);
    // Header, both elements, the byte that tells key frames.
    const payload = new Array<number>(SLOT_BYTES - 12 - 4 - 18 - 252 - 2 - 1).fill(9);
    const sent = scene.send(descriptor, { captureTime, payload });
    const again = scene.forwarding.resend(scene.stream, FIRST + 2, 200);

    for (const packet of [sent, again]) {
      expect(packet?.extensions[200]).toHaveLength(251);
      expect(packet?.payload.slice(-payload.length)).toEqual(payload);
      expect(packet?.extensions[5]).toEqual(captureTime);
    }
    expect(scene.forwarding.mostBytes).toBeGreaterThan(SLOT_BYTES);
    expect(scene.forwarding.mostBytes).toBeLessThanOrEqual(OUT_BYTES - LONGEST_TAG_BYTES);
  });

  it('of any bytes spoils no packet, comes again as it was, and the next key frame is as it should be', () => {
    const descriptor = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 255 }),
      fc
        .uint8Array({ minLength: 0, maxLength: 200 })
        .map((tail) => bytesOf(mandatory(60, 5), KEY, STRUCTURE, ...[...tail].map((byte) => number(byte, 8)))),
      fc
        .uint8Array({ minLength: 1, maxLength: 20 })
        .map((tail) => bytesOf(mandatory(61, 6), ...[...tail].map((byte) => number(byte, 8)))),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(descriptor, fc.nat({ max: 8 })), { maxLength: 30 }), (packets) => {
        const scene = new Scene({ rtxSsrc: undefined });
        scene.begin(1);
        for (const [bytes, layer] of packets) {
          scene.picture();
          scene.stream.limit(layer > 7 ? EVERY_LAYER : { spatialLayer: layer >> 1, temporalLayer: layer & 1 });
          const packet = scene.send([...bytes]);
          if (packet === undefined) continue;
          expect(packet.payload.slice(0, 1)).toEqual([0]);
          expect(descriptorOf(packet)?.length ?? 3).toBeGreaterThanOrEqual(3);
          expect(scene.forwarding.resend(scene.stream, packet.sequence, AT_THE_END_MS) ?? packet).toEqual(packet);
        }
        scene.stream.limit(EVERY_LAYER);
        scene.picture();
        const last = descriptorOf(scene.send(key(77), { isKey: true }));
        expect([key(77), keyWithTargets(77)]).toContainEqual(last);
      }),
      { numRuns: 200 },
    );
  });
});
