import { readUint16, readUint32, uint16, uint32 } from '../../media/bytes.js';
import { readDataChunk, writeDataChunk } from '../../media/sctp/data-chunk.js';
import {
  ChunkType,
  parsePacket,
  parseParameters,
  type SctpChunk,
  writeChunk,
  writePacket,
} from '../../media/sctp/packet.js';
import type { Clock } from '../../shared/clock.js';
import { TimerWheel } from '../timer-wheel.js';
import { DataChannels } from './data-channels.js';

const STATE_COOKIE = 7;
const OPEN = Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0x61);

const HELLO = { label: 'a', isText: true, bytes: Uint8Array.of(0x61) };

/** A peer that acknowledges nothing. */
class Peer {
  readonly sent: SctpChunk[] = [];
  readonly wheel = new TimerWheel(0);
  readonly channels = new DataChannels({
    negotiated: { port: 5000, mostBytes: 0 },
    isCaller: false,
    firstStreamId: 1,
    limits: { mostMessageBytes: 65_536, messagesPerSecond: 1e6, bytesPerSecond: 1e9 },
    clock: { monotonicMs: () => 0 } as Clock,
    wheel: this.wheel,
    send: (packet) => {
      if (this.isBroken) throw new Error('Nothing can be sent.');
      this.sent.push(...(parsePacket(packet)?.chunks ?? []));
    },
  });
  isBroken = false;
  private tag = 0;
  private tsn = 0;
  private readonly sequences = new Map<number, number>();

  constructor() {
    this.say(writeChunk(ChunkType.init, 0, uint32(7, 1e8), uint16(10, 10), uint32(0)));
    const value = this.sent[0]?.value ?? new Uint8Array();
    this.tag = readUint32(value, 0);
    const cookie = new Map(parseParameters(value.subarray(16))).get(STATE_COOKIE) ?? new Uint8Array();
    this.say(writeChunk(ChunkType.cookieEcho, 0, cookie));
  }

  open(streamId: number): void {
    const sequence = this.sequences.get(streamId) ?? 0;
    this.sequences.set(streamId, sequence + 1);
    const whole = { protocol: 50, isUnordered: false, begins: true, ends: true, bytes: OPEN };
    this.say(writeDataChunk({ tsn: this.tsn, streamId, sequence, ...whole }));
    this.tsn += 1;
  }

  /** Streams that were acknowledged as open. */
  get answered(): number[] {
    const data = this.sent.filter(({ type }) => type === ChunkType.data);
    return data.flatMap((chunk) => readDataChunk(chunk)?.streamId ?? []);
  }

  get closed(): number[] {
    const [request] = this.sent.filter(({ type }) => type === ChunkType.reconfiguration);
    return request === undefined ? [] : [readUint16(request.value, 16)];
  }

  private say(chunk: Uint8Array): void {
    const header = { sourcePort: 5000, destinationPort: 5000, verificationTag: this.tag };
    this.channels.receive(writePacket(header, [chunk]));
  }
}

describe('a peer that opens data channels without end', () => {
  it('is answered once for each', () => {
    const peer = new Peer();
    for (let opened = 0; opened < 1_000; opened += 1) peer.open(opened % 2);

    expect(peer.answered).toEqual([0, 1]);
  });

  it('has 64, and a further one is closed', () => {
    const peer = new Peer();
    for (let streamId = 0; streamId < 65; streamId += 1) peer.open(streamId);

    expect(peer.answered).toEqual(Array.from({ length: 64 }, (_, streamId) => streamId));
    expect(peer.closed).toEqual([64]);
  });
});

describe('DataChannels with which something is wrong', () => {
  it.each([
    ['it has something to say', (peer: Peer) => peer.channels.deliver(HELLO, undefined)],
    ['it hears something', (peer: Peer) => peer.open(2)],
    ['it is time to say something again', (peer: Peer) => peer.wheel.advance(1_000)],
    ['it ends', (peer: Peer) => peer.channels.close()],
  ])('end, and nobody else notices, when %s', (_when, happens) => {
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const peer = new Peer();
    const ends: string[] = [];
    peer.channels.listenWith({
      message: () => undefined,
      labelsChanged: () => undefined,
      ended: (reason) => ends.push(reason),
    });
    peer.open(0);
    peer.isBroken = true;
    happens(peer);
    peer.wheel.advance(2_000);

    expect(ends).toEqual(['requested']);
    expect(warned).toHaveBeenCalledTimes(1);
    warned.mockRestore();
  });
});
