import { writeUint16 } from '../bytes.js';
import { encodeNack, encodePictureLossIndication } from '../rtcp/encode.js';
import type { RtcpPacket } from '../rtcp/packet.js';
import { parseRtcp } from '../rtcp/parse.js';
import { SentPackets } from './sent-packets.js';
import { ViewerFeedback } from './viewer-feedback.js';

const LARGEST_DATAGRAM = 2048;
const VIDEO_SSRC = 2;

/** Feedback of 24 bytes that tells of one run of packets, none of which arrived. */
function transportWide(base: number, count: number): Uint8Array {
  const bytes = Uint8Array.from([0x8f, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, VIDEO_SSRC, ...new Array<number>(12).fill(0)]);
  writeUint16(bytes, 12, base & 0xffff);
  writeUint16(bytes, 14, count);
  writeUint16(bytes, 20, count);
  return bytes;
}

class Scene {
  readonly sent = new SentPackets();
  repeats = true;
  readonly feedback = new ViewerFeedback(this.sent, (ssrc) => this.repeats && ssrc === VIDEO_SSRC);

  constructor(packets: number) {
    for (let number = 0; number < packets; number += 1) this.sent.sent(1200, number);
  }

  read(...packets: Uint8Array[]): RtcpPacket[] {
    const bytes = Buffer.concat(packets);
    this.feedback.begin();
    return parseRtcp(bytes, 0, bytes.length, (...packet) => this.feedback.admits(...packet));
  }

  /** @returns how many packets transport-wide feedback was read about */
  statusesOf(...packets: Uint8Array[]): number {
    return this.read(...packets).reduce(
      (sum, packet) => sum + (packet.type === 'transport-feedback' ? packet.arrivalsMs.length : 0),
      0,
    );
  }
}

describe('ViewerFeedback', () => {
  it('bounds what a datagram full of transport-wide feedback costs, and what 200 of them cost in a second', () => {
    const scene = new Scene(5000);
    const one = transportWide(5000 - 4096, 4096);
    const datagram = new Array<Uint8Array>(Math.floor(LARGEST_DATAGRAM / one.length)).fill(one);

    const first = scene.statusesOf(...datagram);
    let all = first;
    for (let count = 1; count < 200; count += 1) all += scene.statusesOf(...datagram);
    scene.feedback.refill();

    expect(first).toBe(4 * 4096);
    expect(all).toBeLessThanOrEqual(20_000);
    expect(scene.statusesOf(one)).toBe(4096);
  });

  it('reads all that a viewer of a great stream tells: twenty times a second of a hundred packets each', () => {
    const scene = new Scene(2000);

    let all = 0;
    for (let base = 0; base < 2000; base += 100) all += scene.statusesOf(transportWide(base, 100));

    expect(all).toBe(2000);
  });

  it('reads nothing about packets that were never sent', () => {
    expect(new Scene(0).statusesOf(transportWide(0, 1))).toBe(0);
    expect(new Scene(100).statusesOf(transportWide(99, 2), transportWide(99, 1))).toBe(1);
    expect(new Scene(70_000).statusesOf(transportWide(69_000, 1000))).toBe(1000);
  });

  it('reads requests for packets only of what is sent again', () => {
    const scene = new Scene(0);
    const nacks = [encodeNack(1, VIDEO_SSRC, [5]), encodeNack(1, 99, [6])];

    expect(scene.read(...nacks)).toMatchObject([{ type: 'nack', sequenceNumbers: [5] }]);
    scene.repeats = false;
    expect(scene.read(...nacks)).toEqual([]);
  });

  it('reads sixteen packets of a datagram', () => {
    const many = new Array<Uint8Array>(100).fill(encodePictureLossIndication(1, VIDEO_SSRC));

    expect(new Scene(0).read(...many)).toHaveLength(16);
  });
});
