import { ForwardingScene } from './testing/forwarding-fixture.js';

describe('PacketSource', () => {
  function receiver() {
    const scene = new ForwardingScene();
    const source = scene.source();
    const at = (sequence: number, ssrc = 1) => {
      const packet = scene.receive(source, { sequence, timestamp: 0, atMs: 0, ssrc });
      return packet === undefined ? undefined : { run: packet.run, sequence: packet.sequence };
    };
    return { scene, source, at };
  }

  it('gives each packet once, with a number that grows over wraps', () => {
    const { at } = receiver();
    const first = at(65_535)?.sequence ?? NaN;

    expect([at(1), at(0), at(1)]).toEqual([
      { run: 1, sequence: first + 2 },
      { run: 1, sequence: first + 1 },
      undefined,
    ]);
  });

  it('begins a new run where its sender starts anew: another SSRC, or two packets in a row far off', () => {
    const { at } = receiver();
    at(100);

    expect(at(100, 2)?.run).toBe(2);
    expect(at(30_000, 2)).toBeUndefined();
    expect(at(101, 2)?.run).toBe(2);
    expect(at(30_001, 2)).toBeUndefined();
    expect(at(30_002, 2)?.run).toBe(3);
    expect(at(30_003, 2)?.run).toBe(3);
  });

  it('numbers of two runs never meet', () => {
    const { at } = receiver();
    const numbers = [50, 51, 52].map((sequence, index) => at(sequence, index + 1)?.sequence ?? NaN);

    expect((numbers[1] ?? 0) - (numbers[0] ?? 0)).toBeGreaterThan(65_536);
    expect((numbers[2] ?? 0) - (numbers[1] ?? 0)).toBeGreaterThan(65_536);
  });

  it('tells times by arrivals until its sender says what they mean', () => {
    const { scene, source } = receiver();
    scene.receive(source, { sequence: 1, timestamp: 2 ** 32 - 45_000, atMs: 1_000 });

    expect(source.localMs(45_000)).toBe(2_000);
    expect(source.timestampAt(2_000)).toBe(45_000);

    const report = { compactNtp: 0, packetCount: 0, octetCount: 0, blocks: [], ssrc: 1 };
    source.senderReport({ type: 'sender-report', ...report, ntpMs: 90_000, rtpTimestamp: 45_000 }, 2_100);
    source.senderReport({ type: 'sender-report', ...report, ntpMs: 91_000, rtpTimestamp: 135_000 }, 3_190);
    source.senderReport({ type: 'sender-report', ...report, ntpMs: undefined, rtpTimestamp: 7 }, 3_190);
    source.senderReport({ type: 'sender-report', ...report, ssrc: 3, ntpMs: 5, rtpTimestamp: 7 }, 3_190);

    expect(source.localMs(135_000)).toBe(3_100);
    expect(source.timestampAt(3_100)).toBe(135_000);
  });

  it('a clock of the publisher that was set is followed', () => {
    const { clock } = new ForwardingScene();
    clock.heard(1_000, 5_000);
    clock.heard(2_000, 6_500);
    expect(clock.localMs(2_000)).toBe(6_000);

    clock.heard(900_000, 7_000);
    expect(clock.localMs(900_500)).toBe(7_500);
  });
});
