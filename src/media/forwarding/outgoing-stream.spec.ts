import { FORMATS, ForwardingScene, PLAIN_FORMATS } from './testing/forwarding-fixture.js';
import { SentPackets } from './sent-packets.js';
import { PublisherClock } from './publisher-clock.js';

/** 30 pictures per second at 90 kHz. */
const FRAME_TICKS = 3_000;
const FRAME_MS = 100 / 3;

describe('OutgoingStream', () => {
  const FIRST = 0x1000;

  it('begins at a key frame, with its own numbers, times, SSRC and payload type', () => {
    const scene = new ForwardingScene();
    const [source, stream] = [scene.source(), scene.stream()];
    stream.choose(source, FORMATS);

    expect(scene.forward(stream, source, { sequence: 500, timestamp: 7, atMs: 0 })).toBeUndefined();
    expect(stream.awaited).toBe(source);
    expect(
      scene.forward(stream, source, {
        sequence: 501,
        timestamp: 3007,
        atMs: 33,
        isKey: true,
        marker: true,
        payload: [9],
      }),
    ).toEqual({
      payloadType: 45,
      marker: true,
      sequence: FIRST,
      timestamp: 1_000_000,
      ssrc: 0xaaaa,
      payload: [1, 9],
      extensions: {},
    });
    expect(stream.awaited).toBeUndefined();
    expect(stream.current).toBe(source);
  });

  /** What stands in front of the parameter sets of a key frame, each in a packet of its own. */
  const unit = (sequences: readonly number[], timestamp: number, ssrc = 1) =>
    sequences.map((sequence, index) => {
      const isKey = index === sequences.length - 1;
      return { sequence, timestamp, atMs: timestamp / 90, ssrc, isKey, payload: [sequence & 255] };
    });

  it('begins with the first packet of the access unit that the key frame belongs to', () => {
    const scene = new ForwardingScene();
    const [source, stream] = [scene.source(), scene.stream()];
    stream.choose(source, FORMATS);
    scene.receive(source, { sequence: 65_533, timestamp: 0, atMs: 0, marker: true });

    const got = unit([65_534, 65_535, 0], FRAME_TICKS).flatMap((sent) => scene.forwardAll(stream, source, sent));
    const next = scene.forwardAll(stream, source, { sequence: 1, timestamp: FRAME_TICKS, atMs: 34, marker: true });

    expect(got.map(({ payload }) => payload)).toEqual([
      [0, 254],
      [0, 255],
      [1, 0],
    ]);
    expect([...got, ...next].map(({ sequence }) => sequence - FIRST)).toEqual([0, 1, 2, 3]);
    expect(new Set(got.map(({ timestamp }) => timestamp))).toEqual(new Set([1_000_000]));
    expect(scene.resend(stream, FIRST, 100)?.payload.slice(2)).toEqual([0, 254]);
  });

  it.each([
    [
      'H264',
      'a message',
      [0x41, 0x9a, 1],
      [
        [0x06, 5, 1],
        [0x67, 0x42, 0],
        [0x68, 0xce],
        [0x65, 0x88, 0x80],
      ],
    ],
    [
      'H264',
      'a delimiter and a message',
      [0x41, 0x9a, 1],
      [
        [0x09, 0xf0],
        [0x06, 5, 1],
        [0x78, 0, 2, 0x67, 0x42],
        [0x7c, 0x85, 0x88],
      ],
    ],
    [
      'H265',
      'a delimiter',
      [0x02, 1, 0xd0],
      [
        [0x46, 1, 0x50],
        [0x40, 1, 0x0c],
        [0x42, 1, 1],
        [0x44, 1, 0xc0],
        [0x26, 1, 0xaf],
      ],
    ],
    [
      'H265',
      'a message without parameter sets',
      [0x02, 1, 0xd0],
      [
        [0x4e, 1, 5],
        [0x26, 1, 0xaf],
      ],
    ],
  ])('of %s begins with %s, and not with the picture before', (codecName, _, before, payloads) => {
    const scene = new ForwardingScene();
    const [source, stream] = [scene.source(), scene.stream()];
    stream.choose(source, FORMATS);
    const forward = (sequence: number, timestamp: number, payload: readonly number[]) =>
      scene.forwardAll(stream, source, { sequence, timestamp, atMs: 0, payload, codecName });

    expect(forward(9, 0, before)).toEqual([]);
    const got = payloads.flatMap((payload, index) => forward(10 + index, FRAME_TICKS, payload));

    expect(got.map(({ payload }) => payload)).toEqual(payloads);
    expect(got.map(({ sequence }) => sequence - FIRST)).toEqual([...payloads.keys()]);
  });

  it.each([
    ['another picture, whose end was not marked', unit([9], 0), 1],
    ['the end of a picture with the same time', [{ sequence: 9, timestamp: FRAME_TICKS, atMs: 33, marker: true }], 1],
    ['what is behind a hole', [{ sequence: 8, timestamp: FRAME_TICKS, atMs: 33 }], 1],
    ['another SSRC', [{ sequence: 9, timestamp: FRAME_TICKS, atMs: 33, ssrc: 2 }], 1],
    ['more than can stand there', unit([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], FRAME_TICKS).slice(0, -1), 9],
  ])('takes nothing else for a part of it: %s', (_, before, count) => {
    const scene = new ForwardingScene();
    const [source, stream] = [scene.source(), scene.stream()];
    for (const sent of before) scene.receive(source, { ...sent, isKey: false });
    stream.choose(source, FORMATS);

    expect(unit([10], FRAME_TICKS).flatMap((sent) => scene.forwardAll(stream, source, sent))).toHaveLength(count);
  });

  it('changes to another source with all of the access unit, and repeats nothing of a key frame on the way', () => {
    const scene = new ForwardingScene();
    const [low, high, stream] = [scene.source(), scene.source(), scene.stream()];
    stream.choose(low, FORMATS);
    for (const sent of unit([1, 2], 0)) scene.forwardAll(stream, low, sent);
    stream.choose(high, FORMATS);

    const changed = unit([50, 51], FRAME_TICKS, 2).map((sent) => scene.forwardAll(stream, high, sent).length);
    const later = unit([52, 53], 2 * FRAME_TICKS, 2).map((sent) => scene.forwardAll(stream, high, sent).length);

    expect([changed, later]).toEqual([
      [0, 2],
      [1, 1],
    ]);
  });

  it('begins with what is left of the access unit where nothing is kept for repetitions', () => {
    const scene = new ForwardingScene();
    const [source, stream] = [scene.source(scene.clock, 1), scene.stream()];
    stream.choose(source, FORMATS);

    expect(unit([1, 2], 0).map((sent) => scene.forwardAll(stream, source, sent).length)).toEqual([0, 1]);
  });

  it('sound begins with any packet, which is marked', () => {
    const scene = new ForwardingScene();
    const [source, stream] = [scene.source(), scene.stream({ kind: 'audio' })];
    stream.choose(source, FORMATS);

    const first = scene.forward(stream, source, { sequence: 1, timestamp: 0, atMs: 0, isKey: true });
    const second = scene.forward(stream, source, { sequence: 2, timestamp: 960, atMs: 20 });

    expect(first).toMatchObject({ marker: true });
    expect(second).toMatchObject({ marker: false, sequence: FIRST + 1, timestamp: 1_000_960 });
  });

  it('keeps the order of packets that overtook each other, leaves holes where packets were lost, drops duplicates', () => {
    const scene = new ForwardingScene();
    const [source, stream] = [scene.source(), scene.stream()];
    stream.choose(source, FORMATS);

    const sequences = [65_534, 0, 65_535, 3, 0, 2].map(
      (sequence) =>
        scene.forward(stream, source, { sequence, timestamp: 0, atMs: 0, isKey: sequence === 65_534 })?.sequence,
    );

    expect(sequences).toEqual([FIRST, FIRST + 2, FIRST + 1, FIRST + 5, undefined, FIRST + 4]);
  });

  it('carries only the header extensions that were agreed on, under the ids of the viewer', () => {
    const scene = new ForwardingScene();
    const sentPackets = new SentPackets();
    const extensions = { mid: { id: 3, value: 'v' }, transportSequenceNumber: 4, absoluteCaptureTime: 9 };
    const [source, stream] = [scene.source(), scene.stream({ extensions, sentPackets })];
    stream.choose(source, FORMATS);
    const captureTime = [1, 2, 3, 4, 5, 6, 7, 8];

    const first = scene.forward(stream, source, { sequence: 1, timestamp: 0, atMs: 0, isKey: true, captureTime });
    const second = scene.forward(stream, source, { sequence: 2, timestamp: 0, atMs: 5, payload: [7] });

    expect(first?.extensions).toEqual({ 3: [0x76], 4: [0, 0], 9: captureTime });
    expect(second?.extensions).toEqual({ 3: [0x76], 4: [0, 1] });
    expect(second?.payload).toEqual([0, 7]);
    expect(sentPackets.newest).toBe(1);
    expect(sentPackets.sentAtMs(1)).toBe(5);
  });

  it('uses the two-byte form of extensions where an id asks for it', () => {
    const scene = new ForwardingScene();
    const extensions = { mid: { id: 30, value: 'video' }, transportSequenceNumber: undefined, absoluteCaptureTime: 9 };
    const [source, stream] = [scene.source(), scene.stream({ extensions })];
    stream.choose(source, FORMATS);
    const captureTime = Array.from({ length: 16 }, (_, index) => index);

    const packet = scene.forward(stream, source, { sequence: 1, timestamp: 0, atMs: 0, isKey: true, captureTime });

    expect(packet?.extensions).toEqual({ 30: [0x76, 0x69, 0x64, 0x65, 0x6f], 9: captureTime });
  });

  it('changes to another source at its key frame, without a hole, and times go on as time does', () => {
    const scene = new ForwardingScene();
    const [low, high, stream] = [scene.source(), scene.source(), scene.stream()];
    stream.choose(low, FORMATS);
    scene.forward(stream, low, { sequence: 10, timestamp: 50, atMs: 0, isKey: true });
    stream.choose(high, FORMATS);

    const waiting = scene.forward(stream, high, { sequence: 7_000, timestamp: 9, atMs: 20, ssrc: 2 });
    const still = scene.forward(stream, low, { sequence: 11, timestamp: 50 + FRAME_TICKS, atMs: FRAME_MS });
    const changed = scene.forward(stream, high, { sequence: 7_003, timestamp: 99, atMs: 100, ssrc: 2, isKey: true });
    const left = scene.forward(stream, low, { sequence: 12, timestamp: 50 + 3 * FRAME_TICKS, atMs: 101 });

    expect(waiting).toBeUndefined();
    expect(still).toMatchObject({ sequence: FIRST + 1, timestamp: 1_000_000 + FRAME_TICKS });
    expect(changed).toMatchObject({ sequence: FIRST + 2, timestamp: 1_000_000 + 3 * FRAME_TICKS, payload: [1] });
    expect(left).toBeUndefined();
  });

  it('a publisher that comes back under another SSRC goes on in the same stream', () => {
    const scene = new ForwardingScene();
    const [source, stream] = [scene.source(), scene.stream()];
    stream.choose(source, FORMATS);
    scene.forward(stream, source, { sequence: 65_535, timestamp: 2 ** 32 - 1, atMs: 0, isKey: true });

    const early = scene.forward(stream, source, { sequence: 40_000, timestamp: 5, atMs: 1_000, ssrc: 2 });
    expect(stream.awaited).toBe(source);
    const back = scene.forward(stream, source, { sequence: 40_001, timestamp: 77, atMs: 2_000, ssrc: 2, isKey: true });

    expect(early).toBeUndefined();
    expect(back).toMatchObject({ sequence: FIRST + 1, timestamp: 1_000_000 + 180_000 });
  });

  it('layers of a publisher that told its clock change over by that clock, whatever the network does', () => {
    const scene = new ForwardingScene();
    const [low, high, stream] = [scene.source(), scene.source(), scene.stream()];
    stream.choose(low, FORMATS);
    scene.forward(stream, low, { sequence: 1, timestamp: 0, atMs: 1_000, isKey: true });
    scene.receive(high, { sequence: 1, timestamp: 90_000, atMs: 1_000, ssrc: 2 });
    const report = { type: 'sender-report', compactNtp: 0, packetCount: 0, octetCount: 0, blocks: [] } as const;
    low.senderReport({ ...report, ssrc: 1, ntpMs: 5_000, rtpTimestamp: 0 }, 1_000);
    high.senderReport({ ...report, ssrc: 2, ntpMs: 5_000, rtpTimestamp: 90_000 }, 1_000);
    stream.choose(high, FORMATS);

    const late = { sequence: 2, timestamp: 90_000 + FRAME_TICKS, atMs: 1_090, ssrc: 2, isKey: true };

    expect(scene.forward(stream, high, late)?.timestamp).toBe(1_000_000 + FRAME_TICKS);
  });

  it('tells the time of the publisher by our clock', () => {
    const scene = new ForwardingScene();
    const [source, stream] = [scene.source(new PublisherClock()), scene.stream()];
    stream.choose(source, FORMATS);
    expect(stream.report(0, 0)).toBeUndefined();
    scene.forward(stream, source, { sequence: 1, timestamp: 500, atMs: 1_000, isKey: true, payload: [1, 2] });
    const report = { ssrc: 1, ntpMs: 77, rtpTimestamp: 500, compactNtp: 0, packetCount: 0, octetCount: 0, blocks: [] };
    source.senderReport({ type: 'sender-report', ...report }, 1_010);

    expect(stream.report(2_010, 1_700_000_000_000)).toEqual({
      ssrc: 0xaaaa,
      ntpMs: 1_700_000_000_000,
      rtpTimestamp: 1_090_000,
      packetCount: 1,
      octetCount: 3,
    });
  });

  it('sends a lost packet again as a retransmission of its own row of numbers, once per round trip', () => {
    const scene = new ForwardingScene();
    const [source, stream] = [scene.source(), scene.stream()];
    stream.choose(source, FORMATS);
    const sent = scene.forward(stream, source, { sequence: 1, timestamp: 9, atMs: 0, isKey: true, payload: [5] });

    const again = scene.resend(stream, FIRST, 100);

    expect(again).toEqual({
      ...sent,
      payloadType: 46,
      ssrc: 0xbbbb,
      sequence: FIRST,
      payload: [FIRST >> 8, FIRST & 0xff, 1, 5],
    });
    expect(scene.resend(stream, FIRST, 140)).toBeUndefined();
    expect(scene.resend(stream, FIRST, 150)).toMatchObject({ sequence: FIRST + 1 });
    expect(scene.resend(stream, FIRST + 1, 150)).toBeUndefined();
  });

  it('sends a lost packet again as it was where no retransmissions were agreed on', () => {
    const scene = new ForwardingScene();
    const extensions = { mid: { id: 1, value: '0' }, transportSequenceNumber: 2, absoluteCaptureTime: 3 };
    const stream = scene.stream({ extensions, rtxSsrc: undefined, sentPackets: new SentPackets() });
    const source = scene.source();
    stream.choose(source, PLAIN_FORMATS);
    const captureTime = [1, 2, 3, 4, 5, 6, 7, 8];
    const sent = scene.forward(stream, source, { sequence: 1, timestamp: 9, atMs: 0, isKey: true, captureTime });
    scene.forward(stream, source, { sequence: 2, timestamp: 9, atMs: 0 });

    expect(scene.resend(stream, FIRST, 100)).toEqual(sent);
    expect(sent?.extensions).toEqual({ 1: [0x30], 3: captureTime });
  });

  it('packets that are padding alone stay so, and keep their numbers', () => {
    const scene = new ForwardingScene();
    const [source, stream] = [scene.source(), scene.stream()];
    stream.choose(source, FORMATS);
    scene.forward(stream, source, { sequence: 1, timestamp: 0, atMs: 0, isKey: true });
    const packet = scene.receive(source, { sequence: 2, timestamp: 0, atMs: 0 });
    if (packet === undefined) throw new Error('It was refused.');
    packet.payloadLength = 0;
    const out = new Uint8Array(64);

    expect(stream.write(source, packet, out, 0, 0)).toBe(13);
    expect([out[0], out[2], out[3], out[12]]).toEqual([0xa0, (FIRST + 1) >> 8, (FIRST + 1) & 0xff, 1]);
  });

  it('knows what it sent of the source before', () => {
    const scene = new ForwardingScene();
    const [low, high, stream] = [scene.source(), scene.source(), scene.stream()];
    stream.choose(low, FORMATS);
    scene.forward(stream, low, { sequence: 10, timestamp: 50, atMs: 0, isKey: true, payload: [1] });
    stream.choose(high, FORMATS);
    scene.forward(stream, high, { sequence: 90, timestamp: 50, atMs: 10, isKey: true, payload: [2], ssrc: 2 });

    expect(scene.resend(stream, FIRST, 20)?.payload.slice(2)).toEqual([1, 1]);
    expect(scene.resend(stream, FIRST + 1, 20)?.payload.slice(2)).toEqual([1, 2]);
  });

  it('begins anew at a key frame when it was given nothing for so long that its numbers would be taken for others', () => {
    const scene = new ForwardingScene();
    const [source, stream] = [scene.source(), scene.stream()];
    stream.choose(source, FORMATS);
    scene.forward(stream, source, { sequence: 0, timestamp: 0, atMs: 0, isKey: true });
    for (let sequence = 1; sequence <= 40_000; sequence += 1)
      scene.receive(source, { sequence, timestamp: 0, atMs: sequence });

    expect(scene.forward(stream, source, { sequence: 40_001, timestamp: 0, atMs: 40_001 })).toBeUndefined();
    expect(stream.awaited).toBe(source);
    expect(scene.forward(stream, source, { sequence: 40_002, timestamp: 0, atMs: 40_002, isKey: true })).toMatchObject({
      sequence: FIRST + 1,
    });
  });
});
