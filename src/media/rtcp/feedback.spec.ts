import fc from 'fast-check';
import { encodeNack, encodePictureLossIndication } from './encode.js';
import { encodeBitrateEstimate } from './encode-estimate.js';
import { encodeGoodbye, encodeSenderReports } from './encode-sender.js';
import { parseRtcp } from './parse.js';
import { TransportFeedbackRecorder } from './transport-feedback.js';

function parse(...packets: (Uint8Array | number[])[]): ReturnType<typeof parseRtcp> {
  const bytes = Uint8Array.from(packets.flatMap((packet) => [...packet]));
  return parseRtcp(bytes, 0, bytes.length);
}

describe('feedback of viewers', () => {
  it('NACK: the numbers that were encoded', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 65_535 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 }),
        (first, steps) => {
          let last = first;
          const numbers = [first, ...steps.map((step) => (last = (last + step) & 0xffff))];

          expect(parse(encodeNack(1, 2, numbers))).toEqual([{ type: 'nack', mediaSsrc: 2, sequenceNumbers: numbers }]);
        },
      ),
    );
  });

  it('an estimate of the bitrate: what was encoded, to 18 bits and never more', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 50 }),
        fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 })),
        (bps, ssrcs) => {
          const [estimate] = parse(encodeBitrateEstimate(1, bps, ssrcs));

          if (estimate?.type !== 'bitrate-estimate') throw new Error('It is no estimate.');
          expect(estimate.bitsPerSecond).toBeLessThanOrEqual(bps);
          expect(estimate.bitsPerSecond).toBeGreaterThanOrEqual(bps - bps / 2 ** 17);
        },
      ),
    );
  });

  it('a compound of everything, in its order', () => {
    const report = [0x80, 201, 0, 1, 0, 0, 0, 9];
    const fullIntra = [0x84, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 7, 0, 0, 0];
    // 2.5 Mbit/s: mantissa 156250, exponent 4.
    const estimate = [0x8f, 206, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0, 0x52, 0x45, 0x4d, 0x42, 1, 0x12, 0x62, 0x5a, 0, 0, 0, 2];

    expect(parse(report, encodePictureLossIndication(1, 2), fullIntra, estimate)).toEqual([
      { type: 'receiver-report', ssrc: 9, blocks: [] },
      { type: 'picture-loss', mediaSsrc: 2 },
      { type: 'full-intra', commands: [{ ssrc: 2, number: 7 }] },
      { type: 'bitrate-estimate', bitsPerSecond: 2_500_000 },
    ]);
  });

  it('transport-wide: what a recorder recorded', () => {
    const arrival = fc.record({ skip: fc.integer({ min: 1, max: 30 }), afterMs: fc.integer({ min: -40, max: 300 }) });
    const start = fc.integer({ min: 0, max: 65_535 });
    fc.assert(
      fc.property(start, fc.array(arrival, { minLength: 1, maxLength: 200 }), (first, arrivals) => {
        const recorder = new TransportFeedbackRecorder();
        const expected = new Map<number, number>();
        let [number, nowMs] = [first, 10_000];
        for (const { skip, afterMs } of arrivals) {
          recorder.received(number & 0xffff, nowMs);
          expected.set(number, nowMs);
          number += skip;
          nowMs += afterMs;
        }

        const told = new Map<number, number>();
        let from = first;
        for (let packet = recorder.build(1, 2); packet !== undefined; packet = recorder.build(1, 2)) {
          const [feedback] = parse(packet);
          if (feedback?.type !== 'transport-feedback') throw new Error('No feedback.');
          from += (feedback.baseSequence - from) & 0xffff;
          for (const [index, atMs] of feedback.arrivalsMs.entries())
            if (!Number.isNaN(atMs)) told.set(from + index, atMs);
        }

        expect(told).toEqual(expected);
      }),
    );
  });

  it('any bytes are read without harm, and cost little', () => {
    const head = fc.tuple(fc.constantFrom(0x81, 0x84, 0x8f), fc.constantFrom(205, 206));
    fc.assert(
      fc.property(head, fc.uint8Array({ maxLength: 400 }), fc.boolean(), ([first, type], rest, isHonest) => {
        const bytes = Uint8Array.from([first, type, 0, 0, ...rest]);
        const words = Math.floor(bytes.length / 4) - 1;
        if (isHonest) bytes.set([words >> 8, words & 0xff], 2);

        for (const packet of parseRtcp(bytes, 0, bytes.length)) {
          if (packet.type === 'nack') expect(packet.sequenceNumbers.length).toBeLessThan(1_100);
          if (packet.type === 'transport-feedback') expect(packet.arrivalsMs.length).toBeLessThanOrEqual(4_096);
        }
      }),
    );
  });

  it.each([
    ['is told of no packet', [0, 0, 0, 0, 0, 0, 0, 0]],
    ['is told of more packets than anybody sends', [0, 0, 0xff, 0xff, 0, 0, 0, 0, 0x1f, 0xff, 0x1f, 0xff]],
    ['lacks chunks', [0, 0, 0, 9, 0, 0, 0, 0]],
    ['lacks deltas', [0, 0, 0, 20, 0, 0, 0, 0, 0x20, 20, 1]],
    ['uses the symbol that means nothing', [0, 0, 0, 1, 0, 0, 0, 0, 0x60, 1, 1, 1]],
  ])('transport-wide feedback that %s is refused', (_, content) => {
    const bytes = [0x8f, 205, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, ...content];
    while (bytes.length % 4 !== 0) bytes.push(0);
    bytes[3] = bytes.length / 4 - 1;

    expect(parse(bytes).filter(({ type }) => type === 'transport-feedback')).toEqual([]);
  });
});

describe('what a sender says', () => {
  it('reports of all streams under one name', () => {
    const reports = [1, 2].map((ssrc) => ({
      ssrc,
      ntpMs: 1_700_000_000_500,
      rtpTimestamp: 90_000 * ssrc,
      packetCount: 3,
      octetCount: 2 ** 32 + 5,
    }));

    const [first, second, names] = parse(encodeSenderReports(reports, 'aircheck'));

    expect(first).toMatchObject({
      type: 'sender-report',
      ssrc: 1,
      ntpMs: 1_700_000_000_500,
      octetCount: 5,
      blocks: [],
    });
    expect(second).toMatchObject({ ssrc: 2, rtpTimestamp: 180_000, packetCount: 3 });
    expect(names).toEqual({
      type: 'source-description',
      names: [
        { ssrc: 1, cname: 'aircheck' },
        { ssrc: 2, cname: 'aircheck' },
      ],
    });
  });

  it('times of any year, over the end of the era too', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 4e12, noNaN: true }), (ntpMs) => {
        const report = { ssrc: 1, ntpMs: Math.floor(ntpMs) + 0.25, rtpTimestamp: 0, packetCount: 0, octetCount: 0 };

        const [read] = parse(encodeSenderReports([report], ''));

        const fraction = (report.ntpMs % 1000) / 1000;
        if (fraction < 0.003) return;
        expect(read).toMatchObject({ ntpMs: expect.closeTo(report.ntpMs, 2) as number });
      }),
    );
  });

  it('streams that end', () => {
    expect(parse(encodeGoodbye([7, 2 ** 32 - 1]))).toEqual([{ type: 'goodbye', ssrcs: [7, 2 ** 32 - 1] }]);
    expect(() => encodeGoodbye(new Array<number>(32).fill(1))).toThrow(RangeError);
    expect(() => encodeSenderReports([], 'x'.repeat(256))).toThrow(RangeError);
  });
});
