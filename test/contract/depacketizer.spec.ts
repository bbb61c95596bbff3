import fc from 'fast-check';
import type {
  AccessUnitFacts,
  AccessUnitSink,
  CodecDefinition,
  Depacketizer,
  RtpPayload,
} from '../../src/media/codecs/codec.js';
import { codecs } from '../../src/media/codecs/index.js';
import { MemorySink, type KeptAccessUnit } from '../../src/media/codecs/memory-sink.js';
import { av1Stream } from '../support/streams/av1-stream.js';
import { h264Stream, h265Stream } from '../support/streams/nal-streams.js';
import { g711Stream, opusStream } from '../support/streams/audio-streams.js';
import type { SentStream, SentUnit } from '../support/streams/sent-unit.js';
import { vp8Stream } from '../support/streams/vp8-stream.js';
import { vp9Stream } from '../support/streams/vp9-stream.js';

const streams: Readonly<Record<string, SentStream>> = {
  H264: h264Stream,
  H265: h265Stream,
  VP9: vp9Stream,
  AV1: av1Stream,
  VP8: vp8Stream,
  opus: opusStream,
  PCMU: g711Stream,
  PCMA: g711Stream,
};

/** No access unit may take more of a recording's memory. */
const MOST_UNIT_BYTES = 8 << 20;
const MTU = 1200;
const ENDLESS_PACKETS = 8000;

interface SentPacket {
  readonly payload: Uint8Array;
  readonly timestamp: number;
  readonly marker: boolean;
  readonly isLost?: boolean;
}

function streamOf(codec: CodecDefinition): SentStream {
  const stream = streams[codec.name];
  if (stream === undefined) throw new Error(`No streams of ${codec.name} are made up for this test.`);
  return stream;
}

function packetsOf(units: readonly SentUnit[], hasMarkers = true): SentPacket[] {
  return units.flatMap(({ timestamp, payloads }) =>
    payloads.map((payload, index) => ({ payload, timestamp, marker: hasMarkers && index === payloads.length - 1 })),
  );
}

/** Each packet in the middle of other bytes, as in a datagram slot. */
function deliver(codec: CodecDefinition, packets: readonly SentPacket[], sink: AccessUnitSink): void {
  const depacketizer = codec.createDepacketizer(sink, {});
  let hasLost = false;
  for (const { payload, timestamp, marker, isLost = false } of packets) {
    if (isLost) {
      hasLost = true;
      continue;
    }
    if (hasLost) depacketizer.lost();
    hasLost = false;
    const bytes = Uint8Array.of(0xde, 0xad, ...payload, 0xbe, 0xef);
    depacketizer.push({ bytes, offset: 2, length: payload.length, timestamp, marker });
  }
  if (hasLost) depacketizer.lost();
  depacketizer.flush();
}

function received(codec: CodecDefinition, packets: readonly SentPacket[]): MemorySink {
  const sink = new MemorySink();
  deliver(codec, packets, sink);
  return sink;
}

/** Fails for a unit with the parameters of another. One without any is not recorded. */
function expectConfigured({ parameters }: KeptAccessUnit, sent: SentUnit | undefined): void {
  if (parameters === undefined) return;
  const record = Buffer.from(parameters.configuration);
  for (const set of sent?.configured ?? []) expect(record.includes(Buffer.from(set))).toBe(true);
}

const losses = fc.array(fc.boolean(), { minLength: 1, maxLength: 40 });
const withLosses = (packets: readonly SentPacket[], pattern: readonly boolean[], offset: number): SentPacket[] =>
  packets.map((packet, index) => ({ ...packet, isLost: pattern[(index + offset) % pattern.length] === true }));

/** Counts and forgets. */
class CountingSink implements AccessUnitSink {
  length = 0;
  greatestLength = 0;
  damages = 0;
  readonly finished: number[] = [];

  append(_bytes: Uint8Array, _offset: number, length: number): void {
    this.length += length;
    this.greatestLength = Math.max(this.greatestLength, this.length);
  }

  appendUint32(): void {
    this.length += 4;
  }

  setUint32(position: number): void {
    if (position < 0 || position + 4 > this.length) throw new RangeError('Not inside the access unit.');
  }

  finish({ timestamp }: AccessUnitFacts): void {
    this.finished.push(timestamp);
    this.length = 0;
  }

  discard(): void {
    this.length = 0;
  }

  dropped(): void {
    this.length = 0;
  }

  damaged(): void {
    this.damages++;
  }
}

describe.each(codecs)('depacketizer of $name', (codec) => {
  const { units: sentUnits, comparable } = streamOf(codec);

  it('gives every access unit of a valid stream, however it is packetized, with and without markers', () => {
    fc.assert(
      fc.property(sentUnits, fc.boolean(), (units, hasMarkers) => {
        const { units: kept, damages } = received(codec, packetsOf(units, hasMarkers));

        expect(kept.map(({ bytes }) => comparable(bytes))).toEqual(units.map(({ whole }) => whole));
        expect(kept.map(({ timestamp }) => timestamp)).toEqual(units.map(({ timestamp }) => timestamp));
        expect(kept.map(({ isKeyframe }) => isKeyframe)).toEqual(units.map(({ isKeyframe }) => isKeyframe));
        kept.forEach((unit, index) => expectConfigured(unit, units[index]));
        expect(kept.filter(({ parameters }) => parameters === undefined)).toEqual([]);
        expect(damages).toBe(0);
      }),
      { numRuns: 400 },
    );
  });

  it('gives only whole access units, each under its own parameters, whatever is lost', () => {
    fc.assert(
      fc.property(sentUnits, losses, fc.boolean(), (units, pattern, hasMarkers) => {
        const packets = withLosses(packetsOf(units, hasMarkers), pattern, 0);
        const { units: kept, damages } = received(codec, packets);

        let from = 0;
        for (const unit of kept) {
          const place = units.findIndex(({ timestamp }, index) => index >= from && timestamp === unit.timestamp);
          const sent = units[place];
          if (sent === undefined) throw new Error('An access unit that was not sent, or not after the one before.');
          from = place + 1;
          expect([sent.whole, ...sent.withoutBeginning]).toContain(comparable(unit.bytes));
          expect(unit.isKeyframe).toBe(sent.isKeyframe);
          expectConfigured(unit, sent);
        }
        const isAnyLost = packets.some(({ isLost }) => isLost);
        expect(damages > 0).toBe(isAnyLost);
      }),
      { numRuns: 1000 },
    );
  });

  it('gives every access unit that came whole and after a whole one', () => {
    fc.assert(
      fc.property(sentUnits, losses, (units, pattern) => {
        const packets = withLosses(packetsOf(units), pattern, 0);
        const lost = new Set(packets.filter(({ isLost }) => isLost).map(({ timestamp }) => timestamp));
        const owed = units.filter(({ timestamp }, index) => {
          const before = units[index - 1];
          return !lost.has(timestamp) && (before === undefined || !lost.has(before.timestamp));
        });
        const kept = new Set(received(codec, packets).units.map(({ timestamp }) => timestamp));

        expect(owed.filter(({ timestamp }) => !kept.has(timestamp))).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('gives or drops, once, every access unit of which something came', () => {
    fc.assert(
      fc.property(sentUnits, losses, (units, pattern) => {
        const packets = withLosses(packetsOf(units), pattern, 0);
        const came = new Set(packets.filter(({ isLost }) => isLost !== true).map(({ timestamp }) => timestamp));
        const { units: kept, drops } = received(codec, packets);

        expect(kept.length + drops).toBe(came.size);
      }),
      { numRuns: 400 },
    );
  });

  it('survives a valid stream that was cut, flipped, repeated, and mixed with anything', () => {
    const change = fc.record({
      at: fc.nat(),
      how: fc.constantFrom('cut', 'flip', 'repeat', 'swap', 'insert', 'timestamp', 'marker', 'lose'),
      value: fc.nat(),
      bytes: fc.uint8Array({ maxLength: 60 }),
    });
    fc.assert(
      fc.property(sentUnits, fc.array(change, { minLength: 1, maxLength: 10 }), (units, changes) => {
        const packets = packetsOf(units);
        for (const { at, how, value, bytes } of changes) {
          const index = at % packets.length;
          const packet = packets[index];
          if (packet === undefined) continue;
          const { payload } = packet;
          const flipped = payload.map((octet, place) =>
            place === value % payload.length ? octet ^ (1 << (at % 8)) : octet,
          );
          if (how === 'cut') packets[index] = { ...packet, payload: payload.subarray(0, value % payload.length) };
          if (how === 'flip') packets[index] = { ...packet, payload: flipped };
          if (how === 'repeat') packets.splice(index, 0, packet);
          if (how === 'swap') packets.splice(index, 2, ...packets.slice(index, index + 2).reverse());
          if (how === 'insert') packets.splice(index, 0, { ...packet, payload: bytes });
          if (how === 'timestamp') packets[index] = { ...packet, timestamp: value };
          if (how === 'marker') packets[index] = { ...packet, marker: !packet.marker };
          if (how === 'lose') packets[index] = { ...packet, isLost: true };
        }
        const sentBytes = packets.reduce((sum, { payload }) => sum + payload.length, 0);
        const keptBytes = received(codec, packets).units.reduce((sum, { bytes }) => sum + bytes.length, 0);

        // A length of four bytes takes the place of a header of one; an index has up to 34.
        expect(keptBytes).toBeLessThanOrEqual(5 * sentBytes + 34 * packets.length);
      }),
      { numRuns: 1000 },
    );
  });

  it('survives anything in any order', () => {
    const packet = fc.record({
      payload: fc.uint8Array({ maxLength: 80 }),
      timestamp: fc.nat({ max: 3 }),
      marker: fc.boolean(),
      isLost: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 60 }), (packets) => {
        received(codec, packets);
      }),
      { numRuns: 1000 },
    );
  });

  it('gives up an access unit that does not end', () => {
    const growing = fc.sample(sentUnits, { seed: 7, numRuns: 100 }).flatMap((units) => endlessUnits(codec, units));
    for (const { depacketizer, packet } of growing.slice(0, 3))
      for (let count = 0; count < ENDLESS_PACKETS; count++) depacketizer.push(packet);
    const greatest = growing.slice(0, 3).map(({ sink }) => sink.greatestLength);

    if (codec.kind === 'video') expect(Math.min(...greatest)).toBeGreaterThan(MOST_UNIT_BYTES - 2 * MTU);
    expect(Math.max(0, ...greatest)).toBeLessThanOrEqual(MOST_UNIT_BYTES + MTU);
  });
});

interface EndlessUnit {
  readonly depacketizer: Depacketizer;
  readonly sink: CountingSink;
  readonly packet: RtpPayload;
}

/** Any packet of a stream, as long as can be, after those before it, again and again: those that an access unit grows by. */
function endlessUnits(codec: CodecDefinition, units: readonly SentUnit[]): EndlessUnit[] {
  const packets = packetsOf(units);
  return packets.slice(0, 8).flatMap(({ payload }, place) => {
    const sink = new CountingSink();
    const depacketizer = codec.createDepacketizer(sink, {});
    for (const { payload: bytes } of packets.slice(0, place))
      depacketizer.push({ bytes, offset: 0, length: bytes.length, timestamp: 5, marker: false });
    const endless = Uint8Array.from({ length: MTU }, (_, index) => payload[index] ?? 1);
    const packet = { bytes: endless, offset: 0, length: MTU, timestamp: 5, marker: false };
    for (let count = 0; count < 10; count++) depacketizer.push(packet);
    return sink.length > 5 * MTU ? [{ depacketizer, sink, packet }] : [];
  });
}
