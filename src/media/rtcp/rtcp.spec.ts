import fc from 'fast-check';
import {
  GenericNack,
  PictureLossIndication,
  RtcpPacketConverter,
  RtcpPayloadSpecificFeedback,
  RtcpReceiverInfo,
  RtcpRrPacket,
  RtcpSenderInfo,
  RtcpSourceDescriptionPacket,
  RtcpSrPacket,
  RtcpTransportLayerFeedback,
  SourceDescriptionChunk,
  SourceDescriptionItem,
} from 'werift';
import { encodeNack, encodePictureLossIndication, encodeReceiverReport } from './encode.js';
import { isRtcp, parseRtcp } from './parse.js';
import type { ReportBlock } from './report-block.js';

// werift judges what we write, and writes what we read.

const block: ReportBlock = {
  ssrc: 0xdeadbeef,
  fractionLost: 12,
  cumulativeLost: 345,
  extendedHighestSequence: 0x80010002,
  jitterTicks: 77,
  lastSenderReport: 0xfedcba98,
  delaySinceLastSenderReport: 65_536,
};
const weriftBlock = {
  ssrc: 0xdeadbeef,
  fractionLost: 12,
  packetsLost: 345,
  highestSequence: 0x80010002,
  jitter: 77,
  lsr: 0xfedcba98,
  dlsr: 65_536,
};

function parse(bytes: Uint8Array): ReturnType<typeof parseRtcp> {
  return parseRtcp(bytes, 0, bytes.length);
}

describe('encodeReceiverReport', () => {
  it.each(['', 'a', 'ab', 'abc', 'abcd', 'x'.repeat(255)])('writes a report and the canonical name "%s"', (cname) => {
    const [report, description] = RtcpPacketConverter.deSerialize(Buffer.from(encodeReceiverReport(7, [block], cname)));

    expect(report).toBeInstanceOf(RtcpRrPacket);
    expect(report).toMatchObject({ ssrc: 7, reports: [weriftBlock] });
    expect(description).toBeInstanceOf(RtcpSourceDescriptionPacket);
    if (cname !== '') expect(description).toMatchObject({ chunks: [{ source: 7, items: [{ type: 1, text: cname }] }] });
  });

  it('is read back as it was written, negative loss included', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -0x800000, max: 0x7fffff }), { maxLength: 31 }),
        fc.string({ maxLength: 40 }),
        (losses, cname) => {
          const blocks = losses.map((cumulativeLost) => ({ ...block, cumulativeLost }));

          expect(parse(encodeReceiverReport(7, blocks, cname))).toEqual([
            { type: 'receiver-report', ssrc: 7, blocks },
            { type: 'source-description', names: [{ ssrc: 7, cname: Buffer.from(cname).toString() }] },
          ]);
        },
      ),
    );
  });

  it('refuses more than fits', () => {
    expect(() => encodeReceiverReport(1, Array<ReportBlock>(32).fill(block), 'a')).toThrow(RangeError);
    expect(() => encodeReceiverReport(1, [], 'x'.repeat(256))).toThrow(RangeError);
  });
});

describe('encodeNack', () => {
  function lost(bytes: Uint8Array): number[] {
    const [packet] = RtcpPacketConverter.deSerialize(Buffer.from(bytes));
    if (!(packet instanceof RtcpTransportLayerFeedback)) throw new Error('Not transport layer feedback.');
    if (!(packet.feedback instanceof GenericNack)) throw new Error('Not a NACK.');
    expect(packet.feedback).toMatchObject({ senderSsrc: 1, mediaSourceSsrc: 2 });
    return packet.feedback.lost.map((number) => number & 0xffff);
  }

  it('packs sixteen followers into one entry, over the wrap', () => {
    const numbers = [65_530, 65_531, 65_535, 0, 10, 11];
    const bytes = encodeNack(1, 2, numbers);

    expect(bytes.length).toBe(12 + 2 * 4);
    expect(lost(bytes)).toEqual(numbers);
  });

  it('names every number', () => {
    fc.assert(
      fc.property(
        fc.nat(65_535),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 127 }),
        (start, steps) => {
          let number = start;
          const numbers = [start, ...steps.map((step) => (number += step) & 0xffff)];

          expect(lost(encodeNack(1, 2, numbers))).toEqual(numbers);
        },
      ),
    );
  });
});

describe('requests for key frames', () => {
  it('are PLI', () => {
    const [packet] = RtcpPacketConverter.deSerialize(Buffer.from(encodePictureLossIndication(1, 2)));

    expect(packet).toBeInstanceOf(RtcpPayloadSpecificFeedback);
    expect(packet).toMatchObject({ feedback: { senderSsrc: 1, mediaSsrc: 2 } });
    if (packet instanceof RtcpPayloadSpecificFeedback) expect(packet.feedback).toBeInstanceOf(PictureLossIndication);
  });
});

describe('parseRtcp', () => {
  const senderReport = new RtcpSrPacket({
    ssrc: 9,
    senderInfo: new RtcpSenderInfo({
      ntpTimestamp: (BigInt(2_208_988_800 + 1_800_000_000) << 32n) | 0x8000_0000n,
      rtpTimestamp: 0xf0000000,
      packetCount: 5,
      octetCount: 6,
    }),
    reports: [new RtcpReceiverInfo(weriftBlock)],
  }).serialize();

  it('reads a sender report', () => {
    expect(parse(senderReport)).toEqual([
      {
        type: 'sender-report',
        ssrc: 9,
        ntpMs: 1_800_000_000_500,
        compactNtp: (((2_208_988_800 + 1_800_000_000) & 0xffff) * 65_536 + 0x8000) >>> 0,
        rtpTimestamp: 0xf0000000,
        packetCount: 5,
        octetCount: 6,
        blocks: [block],
      },
    ]);
  });

  it('reads times after 2036', () => {
    const bytes = Uint8Array.from(senderReport);
    new DataView(bytes.buffer).setUint32(8, 10);

    expect(parse(bytes)).toMatchObject([{ ntpMs: Date.UTC(2036, 1, 7, 6, 28, 16) + 10_500 }]);
  });

  it('takes no time from a report of whole seconds, as werift writes them', () => {
    const bytes = Uint8Array.from(senderReport);
    new DataView(bytes.buffer).setUint32(12, 9_999_999);

    expect(parse(bytes)).toMatchObject([{ ntpMs: undefined, rtpTimestamp: 0xf0000000 }]);
  });

  it('passes over the report of a sender without a clock', () => {
    const bytes = Uint8Array.from(senderReport).fill(0, 8, 16);

    expect(parse(bytes)).toEqual([]);
  });

  it('reads what follows on types it does not know, and skips other items than names', () => {
    const unknown = [0x80, 207, 0, 1, 1, 2, 3, 4];
    const description = new RtcpSourceDescriptionPacket({
      chunks: [
        new SourceDescriptionChunk({ source: 3, items: [new SourceDescriptionItem({ type: 6, text: 'tool' })] }),
        new SourceDescriptionChunk({ source: 4, items: [new SourceDescriptionItem({ type: 1, text: 'me' })] }),
      ],
    }).serialize();
    const goodbye = [0x82, 203, 0, 2, 0, 0, 0, 5, 0, 0, 0, 6];

    expect(parse(Uint8Array.from([...unknown, ...description, ...goodbye]))).toEqual([
      { type: 'source-description', names: [{ ssrc: 4, cname: 'me' }] },
      { type: 'goodbye', ssrcs: [5, 6] },
    ]);
  });

  it('keeps what came before a packet that reaches beyond the end', () => {
    const bytes = Uint8Array.from([0x81, 203, 0, 1, 0, 0, 0, 5, 0x81, 203, 0, 2, 0, 0, 0, 6]);

    expect(parse(bytes)).toEqual([{ type: 'goodbye', ssrcs: [5] }]);
  });

  it.each([
    ['a sender report', [0x81, 200, 0, 6, ...Array<number>(24).fill(1)]],
    ['a receiver report', [0x81, 201, 0, 1, 0, 0, 0, 1]],
    ['a goodbye', [0x82, 203, 0, 1, 0, 0, 0, 1]],
  ])('skips %s that promises more than it has', (_, bytes) => {
    expect(parse(Uint8Array.from(bytes))).toEqual([]);
  });

  it('never throws and never reads beyond the packet, whatever the bytes', () => {
    const part = fc
      .tuple(fc.nat(31), fc.constantFrom(200, 201, 202, 203, 205), fc.nat(12), fc.uint8Array({ maxLength: 48 }))
      .map(([count, type, words, body]) => [0x80 | count, type, 0, words, ...body]);
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 4 }),
        fc.nat(8),
        fc.uint8Array({ maxLength: 40 }),
        (parts, front, beyond) => {
          const packet = parts.flat();
          const alone = parse(Uint8Array.from(packet));
          const bytes = Uint8Array.from([...Array<number>(front).fill(0x80), ...packet, ...beyond]);

          expect(parseRtcp(bytes, front, packet.length)).toEqual(alone);
        },
      ),
    );
  });
});

describe('isRtcp', () => {
  it.each([
    [200, true],
    [206, true],
    [96, false],
    [96 | 0x80, false],
    [127 | 0x80, false],
    [191, false],
    [224, false],
  ])('says of a second byte of %d: %s', (second, answer) => {
    expect(isRtcp(Uint8Array.from([0, 0x80, second]), 1)).toBe(answer);
  });
});
