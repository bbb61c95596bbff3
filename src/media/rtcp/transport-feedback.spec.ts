import fc from 'fast-check';
import { RtcpPacketConverter, RtcpTransportLayerFeedback, RunLengthChunk, TransportWideCC } from 'werift';
import { TransportFeedbackRecorder } from './transport-feedback.js';

/** What a feedback packet says, read by werift: sequence number and arrival in milliseconds of each packet, undefined for a missing one. */
function read(bytes: Uint8Array): { feedback: TransportWideCC; arrivals: [number, number | undefined][] } {
  expect(bytes.length % 4).toBe(0);
  expect(bytes.length).toBe((new DataView(bytes.buffer, bytes.byteOffset).getUint16(2) + 1) * 4);
  const [packet] = RtcpPacketConverter.deSerialize(Buffer.from(bytes));
  if (!(packet instanceof RtcpTransportLayerFeedback)) throw new Error('Not transport layer feedback.');
  const { feedback } = packet;
  if (!(feedback instanceof TransportWideCC)) throw new Error('Not transport-wide feedback.');
  const symbols = feedback.packetChunks.flatMap((chunk) =>
    chunk instanceof RunLengthChunk ? Array<number>(chunk.runLength).fill(chunk.packetStatus) : chunk.symbolList,
  );
  let micros = feedback.referenceTime * 64_000;
  let delta = 0;
  const arrivals = symbols.slice(0, feedback.packetStatusCount).map((symbol, index): [number, number | undefined] => {
    const sequenceNumber = (feedback.baseSequenceNumber + index) & 0xffff;
    if (symbol === 0) return [sequenceNumber, undefined];
    micros += feedback.recvDeltas[delta++]?.delta ?? Number.NaN;
    return [sequenceNumber, micros / 1000];
  });
  expect(symbols.slice(feedback.packetStatusCount).every((symbol) => symbol === 0)).toBe(true);
  expect(delta).toBe(feedback.recvDeltas.length);
  return { feedback, arrivals };
}

function readAll(recorder: TransportFeedbackRecorder): [number, number | undefined][] {
  const arrivals: [number, number | undefined][] = [];
  for (;;) {
    const bytes = recorder.build(1, 2);
    if (bytes === undefined) return arrivals;
    expect(bytes.length).toBeLessThanOrEqual(1152);
    arrivals.push(...read(bytes).arrivals);
  }
}

describe('TransportFeedbackRecorder', () => {
  it('says nothing before the first packet and when nothing new came', () => {
    const recorder = new TransportFeedbackRecorder();
    expect(recorder.build(1, 2)).toBeUndefined();
    recorder.received(5, 100);
    expect(recorder.build(1, 2)).toBeDefined();

    expect(recorder.build(1, 2)).toBeUndefined();
  });

  it('writes the bytes of the draft', () => {
    const recorder = new TransportFeedbackRecorder();
    recorder.received(0xfffe, 64 * 3 + 1);
    recorder.received(1, 64 * 3 + 2.5);
    recorder.received(0, 64 * 3 + 100);
    const bytes = recorder.build(0x11223344, 0xaabbccdd) ?? new Uint8Array();

    expect(Buffer.from(bytes).toString('hex')).toBe(
      [
        '8fcd0006', // version 2, FMT 15, type 205, 7 words
        '11223344aabbccdd',
        'fffe0004', // base, 4 packets
        '00000300', // 3 times 64 ms, first feedback
        'd280', // two-bit vector: small, missing, large, large
        '04', // 1 ms
        '018c', // 99 ms
        'fe7a', // -97.5 ms
        '00', // padding
      ].join(''),
    );
  });

  it('counts its packets', () => {
    const recorder = new TransportFeedbackRecorder();
    const counts = Array.from({ length: 300 }, (_, index) => {
      recorder.received(index, index);
      return read(recorder.build(1, 2) ?? new Uint8Array()).feedback.fbPktCount;
    });

    expect(counts.slice(254, 258)).toEqual([254, 255, 0, 1]);
  });

  it('reports what is missing between two reports', () => {
    const recorder = new TransportFeedbackRecorder();
    recorder.received(10, 1000);
    recorder.build(1, 2);
    recorder.received(13, 1001);

    expect(readAll(recorder)).toEqual([
      [11, undefined],
      [12, undefined],
      [13, 1001],
    ]);
  });

  it('reports a late packet together with those after it', () => {
    const recorder = new TransportFeedbackRecorder();
    recorder.received(10, 1000);
    recorder.received(12, 1001);
    recorder.build(1, 2);
    recorder.received(11, 1050);

    expect(readAll(recorder)).toEqual([
      [11, 1050],
      [12, 1001],
    ]);
  });

  it('starts another packet where the time between two does not fit', () => {
    const recorder = new TransportFeedbackRecorder();
    recorder.received(1, 1000);
    recorder.received(2, 20_000);
    recorder.received(4, 20_001);
    const first = read(recorder.build(1, 2) ?? new Uint8Array());
    const second = read(recorder.build(1, 2) ?? new Uint8Array());

    expect(first.arrivals).toEqual([[1, 1000]]);
    expect(second.arrivals).toEqual([
      [2, 20_000],
      [3, undefined],
      [4, 20_001],
    ]);
  });

  it('holds reference times of 24 bits, on a machine that runs for years', () => {
    const recorder = new TransportFeedbackRecorder();
    const years = 64 * 2 ** 24 * 5;
    recorder.received(1, years + 64 * 7 + 3);

    expect(readAll(recorder)).toEqual([[1, 64 * 7 + 3]]);
  });

  it('forgets what is older than its window', () => {
    const recorder = new TransportFeedbackRecorder();
    recorder.received(0, 1000);
    recorder.received(30_000, 2000);
    const arrivals = readAll(recorder);

    expect(arrivals.length).toBe(2048);
    expect(arrivals.at(-1)).toEqual([30_000, 2000]);
    recorder.received(27_000, 2001);
    expect(recorder.build(1, 2)).toBeUndefined();
  });

  it('reports every packet with its time, whatever the losses, order and gaps in time', () => {
    const packet = fc.record({
      step: fc.oneof(
        { weight: 9, arbitrary: fc.constant(1) },
        { weight: 2, arbitrary: fc.integer({ min: -5, max: 40 }) },
      ),
      waitMs: fc.oneof({ weight: 9, arbitrary: fc.double({ min: 0, max: 3, noNaN: true }) }, fc.nat(20_000)),
      isReported: fc.oneof({ weight: 30, arbitrary: fc.constant(false) }, fc.constant(true)),
    });
    fc.assert(
      fc.property(fc.nat(65_535), fc.array(packet, { minLength: 1, maxLength: 700 }), (start, packets) => {
        const recorder = new TransportFeedbackRecorder();
        const sent = new Map<number, number>();
        const reported = new Map<number, number>();
        let number = start;
        let nowMs = 500;
        for (const { step, waitMs, isReported } of packets) {
          number = Math.max(start, number + step);
          nowMs += waitMs;
          recorder.received(number & 0xffff, nowMs);
          if (!sent.has(number & 0xffff)) sent.set(number & 0xffff, nowMs);
          if (isReported) for (const [key, at] of readAll(recorder)) if (at !== undefined) reported.set(key, at);
        }
        for (const [key, at] of readAll(recorder)) if (at !== undefined) reported.set(key, at);

        expect([...reported.keys()].sort()).toEqual([...sent.keys()].sort());
        for (const [key, at] of sent) expect(Math.abs((reported.get(key) ?? 0) - at)).toBeLessThanOrEqual(0.13);
      }),
      { numRuns: 60 },
    );
  });
});
