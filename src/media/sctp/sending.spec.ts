import fc from 'fast-check';
import { readUint16, readUint32, uint16, uint32 } from '../bytes.js';
import { FRAGMENT_BYTES } from './congestion-window.js';
import { type DataChunk, readDataChunk } from './data-chunk.js';
import { ChunkType, parsePacket, writePacket } from './packet.js';
import { type OutgoingMessage, Sending } from './sending.js';

const FIRST_TSN = 0xffff_fff0;
const ROOM_BYTES = 100_000;
/** The peer waits for the first chunk. */
const BEFORE_FIRST = FIRST_TSN - 1;

/** What is sent to a peer of which every word is said here. */
class Scene {
  nowMs = 0;
  readonly sending: Sending;

  constructor(peerWindow = 1e9) {
    this.sending = new Sending(FIRST_TSN, peerWindow, true);
  }

  add(how: Partial<OutgoingMessage> = {}): void {
    this.sending.add({ streamId: 1, protocol: 53, bytes: Uint8Array.of(1), isUnordered: false, ...how });
  }

  /** What may leave now. */
  leave(): DataChunk[] {
    const left: DataChunk[] = [];
    for (let next = this.next(); next !== undefined; next = this.next()) left.push(next);
    return left;
  }

  /** @param blocks first and last of each, as offsets from `upTo` */
  hear(upTo: number, ...blocks: number[]): void {
    const value = [uint32(upTo, 1e9), uint16(blocks.length / 2, 0), uint16(...blocks)];
    this.sending.receiveSack(Buffer.concat(value), this.nowMs);
  }

  /** @returns the number and the streams of the FORWARD TSN that is due */
  skipped(): { upTo: number; streams: number[] } | undefined {
    const chunk = this.sending.skip(this.nowMs);
    if (chunk === undefined) return undefined;
    const value = chunk.subarray(4);
    const streams = Array.from({ length: (value.length - 4) / 2 }, (_, at) => readUint16(value, 4 + 2 * at));
    return { upTo: readUint32(value, 0), streams };
  }

  private next(): DataChunk | undefined {
    const bytes = this.sending.next(this.nowMs, ROOM_BYTES);
    const header = { sourcePort: 1, destinationPort: 1, verificationTag: 1 };
    const [chunk] = (bytes && parsePacket(writePacket(header, [bytes]))?.chunks) ?? [];
    return chunk?.type === ChunkType.data ? readDataChunk(chunk) : undefined;
  }
}

describe('Sending', () => {
  it('keeps account of what the peer has until it has all before it, which may never be', () => {
    const scene = new Scene();
    for (let sent = 0; sent < 4; sent += 1) scene.add({ bytes: new Uint8Array(1_000) });
    scene.leave();
    const buffered = scene.sending.bufferedBytes;

    scene.hear(BEFORE_FIRST, 2, 4);
    expect(scene.sending.bufferedBytes).toBe(buffered);
    scene.hear(FIRST_TSN + 3);
    expect(scene.sending.bufferedBytes).toBe(0);
  });

  it('keeps account of what was given up until the peer has heard of that', () => {
    const scene = new Scene();
    scene.add({ bytes: new Uint8Array(1_000), mostRetransmissions: 0 });
    scene.leave();
    const buffered = scene.sending.bufferedBytes;

    scene.nowMs = 1_000;
    scene.sending.tick(scene.nowMs);
    expect(scene.skipped()).toEqual({ upTo: FIRST_TSN, streams: [1, 0] });
    expect(scene.sending.bufferedBytes).toBe(buffered);
    scene.hear(FIRST_TSN);
    expect(scene.sending.bufferedBytes).toBe(0);
  });

  it('has so many chunks on their way, however small they are and however much the peer acknowledges around one', () => {
    const scene = new Scene();
    let left = 0;
    for (let round = 0; round < 2_000; round += 1) {
      for (let sent = 0; sent < 10; sent += 1) scene.add({ isUnordered: true, mostRetransmissions: 0 });
      left += scene.leave().length;
      if (left > 1) scene.hear(BEFORE_FIRST, 2, left);
    }

    expect(left).toBe(2_048);
    scene.nowMs = 10_000;
    scene.sending.tick(scene.nowMs);
    expect(scene.skipped()).toEqual({ upTo: (FIRST_TSN + left - 1) >>> 0, streams: [] });
  });

  it('tells of a message that was given up when a part of it had come', () => {
    const scene = new Scene(FRAGMENT_BYTES);
    scene.add({ bytes: new Uint8Array(3 * FRAGMENT_BYTES), expiresMs: 100 });
    scene.add();
    scene.leave();
    scene.nowMs = 200;
    scene.sending.receiveSack(Buffer.concat([uint32(FIRST_TSN, FRAGMENT_BYTES), uint16(0, 0)]), scene.nowMs);
    const next = scene.leave();

    expect(scene.skipped()).toEqual({ upTo: FIRST_TSN + 1, streams: [1, 0] });
    expect(next).toMatchObject([{ tsn: FIRST_TSN + 2, sequence: 1 }]);
    scene.hear(FIRST_TSN + 2);
    expect(scene.sending.bufferedBytes).toBe(0);
  });

  it('says again what was given up until the peer has heard it', () => {
    const scene = new Scene(FRAGMENT_BYTES);
    scene.add({ bytes: new Uint8Array(2 * FRAGMENT_BYTES), expiresMs: 100 });
    scene.leave();
    scene.nowMs = 200;
    scene.hear(FIRST_TSN);
    scene.leave();
    const skipped = { upTo: FIRST_TSN + 1, streams: [1, 0] };

    expect([scene.skipped(), scene.skipped()]).toEqual([skipped, undefined]);
    scene.nowMs = 20_000;
    scene.sending.tick(scene.nowMs);
    expect(scene.skipped()).toEqual(skipped);
  });

  it('takes no time for that of an answer from what was given up', () => {
    const scene = new Scene();
    scene.add();
    scene.leave();
    scene.nowMs = 50;
    scene.hear(FIRST_TSN);
    const before = scene.sending.roundTrip.retransmitAfterMs;

    scene.add({ expiresMs: 60 });
    scene.leave();
    scene.nowMs = 50 + before;
    scene.sending.tick(scene.nowMs);
    scene.nowMs += 5_000;
    scene.hear(FIRST_TSN + 1);

    expect(scene.sending.roundTrip.retransmitAfterMs).toBeLessThanOrEqual(2 * before);
  });

  it('forgets what has not begun to leave of streams that ended, and nothing else', () => {
    const scene = new Scene(FRAGMENT_BYTES);
    const [long, short] = [new Uint8Array(2 * FRAGMENT_BYTES), Uint8Array.of(9)];
    scene.add({ bytes: long });
    scene.leave();
    for (const streamId of [1, 2, 1, 3]) scene.add({ streamId, bytes: short });
    scene.sending.forget([1, 3]);
    scene.hear(FIRST_TSN);

    expect(scene.leave().map(({ streamId, ends }) => [streamId, ends])).toEqual([
      [1, true],
      [2, true],
    ]);
    scene.hear(FIRST_TSN + 2);
    expect(scene.sending.bufferedBytes).toBe(0);
  });

  it('comes to nothing when all was acknowledged, whatever was lost, given up and forgotten before', () => {
    const offset = fc.nat(12);
    const step = fc.oneof(
      fc.record({
        what: fc.constant('add' as const),
        streamId: fc.nat(2),
        sizeBytes: fc.integer({ min: 1, max: 6_000 }),
        isUnordered: fc.boolean(),
        mostRetransmissions: fc.option(fc.nat(2), { nil: undefined }),
        lifetimeMs: fc.option(fc.nat(500), { nil: undefined }),
      }),
      fc.record({ what: fc.constant('hear' as const), upTo: offset, first: offset, count: offset }),
      fc.record({ what: fc.constant('wait' as const), ms: fc.nat(1_500) }),
      fc.record({ what: fc.constant('forget' as const), streamId: fc.nat(2) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
        const scene = new Scene();
        const { sending } = scene;
        let heard = BEFORE_FIRST;
        for (const one of steps) {
          if (one.what === 'add') {
            const { sizeBytes, lifetimeMs, streamId, isUnordered, mostRetransmissions } = one;
            const expiresMs = lifetimeMs === undefined ? undefined : scene.nowMs + lifetimeMs;
            scene.add({ streamId, isUnordered, mostRetransmissions, expiresMs, bytes: new Uint8Array(sizeBytes) });
          } else if (one.what === 'hear') {
            heard = Math.min(heard + one.upTo, sending.lastTsn);
            scene.hear(heard, one.first + 2, one.first + 2 + one.count);
          } else if (one.what === 'wait') sending.tick((scene.nowMs += one.ms));
          else sending.forget([one.streamId]);
          scene.skipped();
          scene.leave();
          expect(sending.bufferedBytes).toBeGreaterThanOrEqual(0);
        }
        for (let round = 0; round < 1_000 && sending.bufferedBytes > 0; round += 1) {
          scene.hear(sending.lastTsn);
          scene.leave();
        }
        expect(sending.bufferedBytes).toBe(0);
        scene.add();
        expect(scene.leave()).toHaveLength(1);
      }),
    );
  });
});
