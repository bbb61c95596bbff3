import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { readUint32, uint16, uint32 } from '../bytes.js';
import { SctpAssociation, type AssociationEnd } from './association.js';
import { writeDataChunk } from './data-chunk.js';
import { ChunkType, parsePacket, parseParameters, writeChunk, writePacket, type SctpPacket } from './packet.js';

const PEER_TAG = 0x11223344;
const FIRST_TSN = 0xffff_fffe;
const STATE_COOKIE = 7;

/** A peer of which every byte is said here. */
class Peer {
  readonly sent: SctpPacket[] = [];
  readonly messages: Uint8Array[] = [];
  readonly ends: AssociationEnd[] = [];
  readonly association = new SctpAssociation(
    { localPort: 5000, remotePort: 5000, mostMessageBytes: 65_536, randomBytes },
    {
      send: (bytes) => {
        const packet = parsePacket(bytes);
        if (packet !== undefined) this.sent.push(packet);
      },
      message: ({ bytes }) => void this.messages.push(bytes),
      streamsEnded: () => undefined,
      established: () => undefined,
      ended: (reason) => void this.ends.push(reason),
    },
  );
  private tag = 0;

  static connected(): Peer {
    const peer = new Peer();
    peer.echo(peer.call());
    peer.sent.splice(0);
    return peer;
  }

  /** @returns the cookie that is to be given back */
  call(firstTsn = FIRST_TSN): Uint8Array {
    this.tag = 0;
    this.say(writeChunk(ChunkType.init, 0, uint32(PEER_TAG, 100_000), uint16(10, 10), uint32(firstTsn)));
    const value = this.sent.at(-1)?.chunks[0]?.value ?? new Uint8Array();
    this.tag = readUint32(value, 0);
    return new Map(parseParameters(value.subarray(16))).get(STATE_COOKIE) ?? new Uint8Array();
  }

  echo(cookie: Uint8Array): void {
    this.say(writeChunk(ChunkType.cookieEcho, 0, cookie));
  }

  say(...chunks: Uint8Array[]): void {
    const packet = writePacket({ sourcePort: 5000, destinationPort: 5000, verificationTag: this.tag }, chunks);
    this.association.receive(packet, 0);
  }

  data(offset: number, how: Partial<Parameters<typeof writeDataChunk>[0]> = {}): Uint8Array {
    const chunk = { streamId: 1, sequence: 0, protocol: 53, isUnordered: false, begins: true, ends: true };
    return writeDataChunk({ ...chunk, tsn: FIRST_TSN + offset, bytes: Uint8Array.of(1, 2, 3), ...how });
  }

  get isAlive(): boolean {
    const before = this.sent.length;
    this.say(writeChunk(ChunkType.heartbeat, 0, uint32(1)));
    return this.sent.slice(before).some(({ chunks }) => chunks.some(({ type }) => type === ChunkType.heartbeatAck));
  }
}

describe('a hostile SCTP peer', () => {
  it('is heard or not, whatever it sends, and never makes us throw', () => {
    const chunk = fc
      .tuple(
        fc.oneof(fc.constantFrom(...Object.values(ChunkType)), fc.nat(255)),
        fc.nat(255),
        fc.uint8Array({ maxLength: 60 }),
      )
      .map(([type, flags, value]) => writeChunk(type, flags, value));
    fc.assert(
      fc.property(fc.array(fc.array(chunk, { minLength: 1, maxLength: 4 }), { maxLength: 20 }), (packets) => {
        const peer = Peer.connected();
        for (const chunks of packets) peer.say(...chunks);
        for (const nowMs of [100, 1_000, 10_000]) peer.association.tick(nowMs);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const peer = Peer.connected();
        peer.association.receive(bytes, 0);
        expect(peer.isAlive).toBe(true);
      }),
    );
  });

  it('is not heard with another tag, a wrong checksum or another port', () => {
    const peer = Peer.connected();
    const header = { sourcePort: 5000, destinationPort: 5000, verificationTag: 99 };
    peer.association.receive(writePacket(header, [writeChunk(ChunkType.abort, 0)]), 0);
    const damaged = writePacket({ ...header, verificationTag: 0 }, [writeChunk(ChunkType.abort, 0)]);
    damaged[11] = (damaged[11] ?? 0) ^ 1;
    peer.association.receive(damaged, 0);
    peer.association.receive(writePacket({ ...header, sourcePort: 7 }, [writeChunk(ChunkType.abort, 0)]), 0);

    expect(peer.ends).toEqual([]);
    expect(peer.isAlive).toBe(true);
  });

  it('gets its messages together over the end of the numbers, in whatever order their chunks come', () => {
    const peer = Peer.connected();
    const parts = Array.from({ length: 50 }, (_, at) =>
      peer.data(at, { begins: at === 0, ends: at === 49, bytes: Uint8Array.of(at) }),
    );
    for (const part of parts.toReversed()) peer.say(part);

    expect(peer.messages.map((bytes) => [...bytes])).toEqual([Array.from({ length: 50 }, (_, at) => at)]);
  });

  it.each([
    [
      'a message without end',
      (peer: Peer, at: number) => peer.data(at, { begins: at === 0, ends: false, bytes: randomBytes(1_000) }),
    ],
    [
      'a message that goes on as another one',
      (peer: Peer, at: number) => peer.data(at, { begins: at === 0, ends: false, streamId: at }),
    ],
    ['a message without bytes', (peer: Peer) => peer.data(0, { bytes: new Uint8Array() })],
    [
      'messages that wait for one that never comes',
      (peer: Peer, at: number) => peer.data(at, { sequence: at + 1, bytes: randomBytes(1_000) }),
    ],
  ])('loses its association by %s', (_what, next) => {
    const peer = Peer.connected();
    for (let at = 0; at < 2_000 && peer.ends.length === 0; at += 1) peer.say(next(peer, at));

    expect(peer.ends).toEqual(['violation']);
    expect(peer.messages).toEqual([]);
  });

  it('has what it leaves out waited for in a bounded room', () => {
    const peer = Peer.connected();
    for (let at = 1; at < 1_000; at += 2)
      peer.say(peer.data(at, { isUnordered: true }), peer.data(at, { isUnordered: true }));

    expect(peer.messages.length).toBeLessThanOrEqual(128);
    expect(peer.isAlive).toBe(true);
  });

  it('acknowledges what was never sent, or in gaps without end, for nothing', () => {
    const peer = Peer.connected();
    const message = { streamId: 1, protocol: 53, bytes: randomBytes(200_000), isUnordered: false };
    peer.association.send(message, 0);
    const buffered = peer.association.bufferedBytes;
    const gaps = Array.from({ length: 280 }, () => [1, 65_535]).flat();

    peer.say(writeChunk(ChunkType.sack, 0, uint32(0x7000_0000, 1e6), uint16(0, 0)));
    for (let count = 0; count < 200; count += 1)
      peer.say(writeChunk(ChunkType.sack, 0, uint32(0, 1e6), uint16(280, 0), uint16(...gaps)));

    expect(peer.association.bufferedBytes).toBe(buffered);
    expect(peer.isAlive).toBe(true);
  });

  it('is connected by the first answer to its call, though it has called again meanwhile', () => {
    const peer = new Peer();
    const first = peer.call();
    for (let repeated = 0; repeated < 100; repeated += 1) peer.call();
    peer.echo(first);

    expect(peer.isAlive).toBe(true);
  });

  it('is not connected by a cookie that was made up, or made for another call', () => {
    const peer = new Peer();
    peer.echo(new Uint8Array(16));
    const former = peer.call();
    peer.call(7);
    peer.echo(former);
    peer.echo(new Uint8Array());

    expect(peer.isAlive).toBe(false);
    peer.echo(peer.call());
    expect(peer.isAlive).toBe(true);
  });

  it('is heard on the streams that there are, and is told that the rest has come', () => {
    const peer = Peer.connected();
    for (let at = 0; at < 2_000; at += 1) peer.say(peer.data(at, { streamId: 65_535 - at }));
    peer.say(peer.data(2_000, { streamId: 1_023 }), writeChunk(ChunkType.heartbeat, 0));
    const reports = peer.sent.flatMap(({ chunks }) => chunks.filter(({ type }) => type === ChunkType.sack));

    expect(peer.messages).toHaveLength(1);
    peer.association.tick(1);
    expect(readUint32(reports.at(-1)?.value ?? new Uint8Array(), 0)).toBeGreaterThanOrEqual((FIRST_TSN + 1_999) >>> 0);
  });

  it('has few of the chunks read that cost more than their bytes', () => {
    const peer = Peer.connected();
    const request = (number: number) => writeChunk(ChunkType.reconfiguration, 0, uint32(0x000d_0010, number, 0, 0));
    peer.say(...Array.from({ length: 50 }, (_, at) => request(FIRST_TSN + at)));

    const answers = peer.sent.flatMap(({ chunks }) => chunks).filter(({ type }) => type === ChunkType.reconfiguration);
    expect(answers).toHaveLength(4);
    expect(peer.isAlive).toBe(true);
  });

  it('that answers nothing loses its association', () => {
    const peer = Peer.connected();
    peer.association.send({ streamId: 1, protocol: 53, bytes: Uint8Array.of(1), isUnordered: false }, 0);
    for (let nowMs = 0; nowMs < 120_000; nowMs += 20) peer.association.tick(nowMs);

    expect(peer.ends).toEqual(['unanswered']);
  });
});
