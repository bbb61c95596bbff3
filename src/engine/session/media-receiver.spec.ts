import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import type { AccessUnitSink } from '../../media/codecs/codec.js';
import type { MediaMemory } from '../../media/memory.js';
import type { NegotiatedFormat, NegotiatedTrack } from '../../media/sdp/session.js';
import { SrtpSender } from '../../media/srtp/sender.js';
import { srtpProfileNames, srtpProfiles, type SrtpProfile } from '../../media/srtp/profile.js';
import type { MediaKeys } from '../dtls/media-keys.js';
import { srtpCrypto } from '../srtp/node-srtp-crypto.js';
import { srtpBenches } from '../srtp/testing/implementations.js';
import type { RecordedSource, RecordingTarget, SourceFormat } from '../recording/recording-target.js';
import { SlotPool } from '../udp/slot-pool.js';
import { MediaReceiver } from './media-receiver.js';

const MID_EXTENSION = 4;

const OPUS: NegotiatedFormat = {
  codecName: 'opus',
  payloadType: 111,
  clockRate: 48_000,
  channels: 2,
  format: '',
  answerFormat: undefined,
  rtxPayloadType: undefined,
};

function opusTrack(overrides: Partial<NegotiatedTrack> = {}): NegotiatedTrack {
  return {
    mid: 'a',
    kind: 'audio',
    formats: [OPUS],
    feedback: { nack: false, pli: false, transportCc: false },
    extensions: {
      mid: MID_EXTENSION,
      transportSequenceNumber: undefined,
      absoluteCaptureTime: undefined,
      rid: undefined,
      repairedRid: undefined,
    },
    sources: [],
    rids: [],
    ...overrides,
  };
}

interface PacketOptions {
  readonly ssrc: number;
  readonly sequence: number;
  readonly payloadType?: number;
  readonly payload?: readonly number[];
  readonly mid?: string;
}

/** RFC 3550 section 5.1, with the MID as a one-byte header extension (RFC 8285 section 4.2) where there is one. */
function rtpPacket({
  ssrc,
  sequence,
  payloadType = 111,
  payload = [0x78, sequence & 255],
  mid,
}: PacketOptions): Uint8Array {
  const extension = mid === undefined ? [] : [0xbe, 0xde, 0, 1, MID_EXTENSION << 4, mid.charCodeAt(0), 0, 0];
  const bytes = new Uint8Array([
    mid === undefined ? 0x80 : 0x90,
    payloadType,
    ...new Array<number>(10).fill(0),
    ...extension,
    ...payload,
  ]);
  const view = new DataView(bytes.buffer);
  view.setUint16(2, sequence);
  view.setUint32(4, sequence * 960);
  view.setUint32(8, ssrc);
  return bytes;
}

class TestRecording implements RecordingTarget {
  readonly units: string[] = [];
  readonly opened: string[] = [];
  readonly reports: { mid: string; rtpTimestamp: number }[] = [];
  readonly captures: { mid: string; rtpTimestamp: number; captureMs: number }[] = [];

  open(mid: string, { ssrc, codecName }: SourceFormat): RecordedSource {
    this.opened.push(`${mid}:${ssrc} ${codecName}`);
    return {
      sink: this.sinkFor(mid),
      arrival: () => undefined,
      lost: () => undefined,
      heldUp: () => undefined,
      senderReport: (rtpTimestamp) => this.reports.push({ mid, rtpTimestamp }),
      captureTime: (rtpTimestamp, captureMs) => this.captures.push({ mid, rtpTimestamp, captureMs }),
      close: () => undefined,
    };
  }

  private sinkFor(mid: string): AccessUnitSink {
    const parts: number[] = [];
    return {
      get length() {
        return parts.length;
      },
      append: (bytes, offset, length) => parts.push(...bytes.subarray(offset, offset + length)),
      appendUint32: () => undefined,
      setUint32: () => undefined,
      finish: () => this.units.push(`${mid}:${parts.splice(0).join(',')}`),
      discard: () => parts.splice(0),
      dropped: () => undefined,
      damaged: () => undefined,
    };
  }
}

type Implementation = keyof typeof srtpBenches;

/** A receiver with the sender that has its keys. */
class Bench {
  readonly memory: MediaMemory;
  readonly slots: SlotPool;
  readonly recording = new TestRecording();
  readonly receiver: MediaReceiver;
  private readonly sender: SrtpSender;
  private nowMs = 0;

  constructor(
    implementation: Implementation,
    tracks: readonly NegotiatedTrack[],
    profile: SrtpProfile = 'AEAD_AES_128_GCM',
  ) {
    const { memory, crypto: srtp } = srtpBenches[implementation]();
    this.memory = memory;
    this.slots = new SlotPool(memory);
    const { keyLength, saltLength } = srtpProfiles[profile];
    const remoteKey = randomBytes(keyLength);
    const remoteSalt = randomBytes(saltLength);
    const keys: MediaKeys = { profile, remoteKey, remoteSalt, localKey: remoteKey, localSalt: remoteSalt };
    this.receiver = new MediaReceiver(keys, tracks, { memory, slots: this.slots, srtp });
    this.receiver.recordInto(this.recording);
    this.sender = new SrtpSender(profile, remoteKey, remoteSalt, srtpCrypto);
  }

  protect(packet: Uint8Array): Uint8Array {
    const bytes = new Uint8Array(packet.length + 32);
    bytes.set(packet);
    return bytes.subarray(0, this.sender.protect(bytes, 0, packet.length));
  }

  protectRtcp(packet: Uint8Array): Uint8Array {
    return this.sender.protectRtcp(packet);
  }

  hear(...datagrams: readonly Uint8Array[]): void {
    for (const datagram of datagrams) {
      const slot = this.slots.take();
      this.memory.bytes.set(datagram, slot);
      if (!this.receiver.receive(slot, datagram.length, this.nowMs)) this.slots.release(slot);
    }
    this.receiver.drained();
  }

  hearRtp(options: PacketOptions): void {
    this.hear(this.protect(rtpPacket(options)));
  }

  /** Lets what waits for older packets come out. */
  settle(): string[] {
    this.nowMs += 5_000;
    for (const track of this.receiver.tracks) track.tick(this.nowMs);
    return this.recording.units;
  }
}

describe.each(['node', 'wasm'] as const)('MediaReceiver, SRTP by %s', (implementation) => {
  it.each(srtpProfileNames)('opens packets of %s and puts their units in order', (profile) => {
    const bench = new Bench(implementation, [opusTrack()], profile);

    for (const sequence of [1, 3, 2, 4]) bench.hearRtp({ ssrc: 7, sequence });

    expect(bench.settle()).toEqual(['a:120,1', 'a:120,2', 'a:120,3', 'a:120,4']);
    expect(bench.slots.inUse).toBe(0);
  });

  it('refuses and counts what is forged, replayed or cut short, without moving anything', () => {
    const bench = new Bench(implementation, [opusTrack()]);
    const genuine = bench.protect(rtpPacket({ ssrc: 7, sequence: 1 }));
    const forged = bench.protect(rtpPacket({ ssrc: 7, sequence: 9 })).slice();
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;

    for (const datagram of [genuine, genuine, forged, genuine.subarray(0, 13), new Uint8Array([0x80])])
      bench.hear(datagram);
    bench.hearRtp({ ssrc: 7, sequence: 2 });

    expect(bench.settle()).toEqual(['a:120,1', 'a:120,2']);
    expect(bench.receiver.packetsRefused).toBe(4);
  });

  it('opens what came together in its order, each packet once, and throws away what waits when it closes', () => {
    const bench = new Bench(implementation, [opusTrack()]);
    const packets = [1, 2, 3, 4, 5, 6].map((sequence) => bench.protect(rtpPacket({ ssrc: 7, sequence })).slice());

    bench.hear(...packets.flatMap((packet) => [packet, packet]));
    const slot = bench.slots.take();
    bench.memory.bytes.set(bench.protect(rtpPacket({ ssrc: 7, sequence: 7 })), slot);
    const units = [...bench.settle()];
    if (!bench.receiver.receive(slot, 30, 0)) bench.slots.release(slot);
    bench.receiver.close();

    expect(units).toEqual([1, 2, 3, 4, 5, 6].map((sequence) => `a:120,${sequence}`));
    expect(bench.receiver.packetsRefused).toBe(6);
    expect(bench.slots.inUse).toBe(0);
  });

  it('learns a source from the MID extension before it looks at payload types', () => {
    const bench = new Bench(implementation, [opusTrack(), opusTrack({ mid: 'b' })]);

    bench.hearRtp({ ssrc: 7, sequence: 1, mid: 'b' });
    bench.hearRtp({ ssrc: 7, sequence: 2 });
    bench.hearRtp({ ssrc: 8, sequence: 1 });

    expect(bench.settle().toSorted()).toEqual(['a:120,1', 'b:120,1', 'b:120,2']);
  });

  it('counts packets of no track', () => {
    const bench = new Bench(implementation, [opusTrack({ extensions: { ...opusTrack().extensions, mid: undefined } })]);

    bench.hearRtp({ ssrc: 7, sequence: 1, payloadType: 96 });

    expect(bench.settle()).toEqual([]);
    expect(bench.receiver.packetsWithoutTrack).toBe(1);
  });

  it('lets a packet of another payload type fill its place without looking into it', () => {
    const bench = new Bench(implementation, [opusTrack({ sources: [{ ssrc: 7 }] })]);

    bench.hearRtp({ ssrc: 7, sequence: 1 });
    bench.hearRtp({ ssrc: 7, sequence: 2, payloadType: 110 });
    bench.hearRtp({ ssrc: 7, sequence: 3 });
    bench.settle();

    expect(bench.recording.units).toEqual(['a:120,1', 'a:120,3']);
    expect(bench.receiver.tracks[0]?.statistics(0).packetsLost).toBe(0);
  });

  it('repairs a loss from the retransmission source (RFC 4588)', () => {
    const track = opusTrack({
      formats: [{ ...OPUS, rtxPayloadType: 97 }],
      feedback: { nack: true, pli: false, transportCc: false },
      sources: [{ ssrc: 7, rtxSsrc: 8 }],
    });
    const bench = new Bench(implementation, [track]);

    bench.hearRtp({ ssrc: 7, sequence: 1 });
    bench.hearRtp({ ssrc: 7, sequence: 3 });
    bench.hearRtp({ ssrc: 8, sequence: 500, payloadType: 97, payload: [0, 2, 0x78, 2] });

    expect(bench.settle()).toEqual(['a:120,1', 'a:120,2', 'a:120,3']);
    expect(bench.receiver.tracks[0]?.statistics(0)).toMatchObject({ packetsRepaired: 1, packetsLost: 0 });
  });

  it('goes on with a sender that starts again under another SSRC, and keeps counting', () => {
    const bench = new Bench(implementation, [opusTrack()]);

    bench.hearRtp({ ssrc: 7, sequence: 1 });
    bench.hearRtp({ ssrc: 9, sequence: 40 });
    bench.hearRtp({ ssrc: 7, sequence: 2 });

    expect(bench.settle()).toEqual(['a:120,1', 'a:120,40']);
    expect(bench.receiver.tracks[0]?.statistics(0).packetsReceived).toBe(2);
  });

  it('tells the recording when packets say that they were captured', () => {
    const extensions = { ...opusTrack().extensions, mid: undefined, absoluteCaptureTime: 9 };
    const bench = new Bench(implementation, [opusTrack({ extensions })]);
    const plain = rtpPacket({ ssrc: 7, sequence: 3 });
    const seconds = [0xee, 0xab, 0xcd, 0xef]; // of NTP
    const extension = [0xbe, 0xde, 0, 3, (9 << 4) | 7, ...seconds, 0x80, 0, 0, 0, 0, 0, 0];
    const bytes = new Uint8Array([0x90, ...plain.subarray(1, 12), ...extension, ...plain.subarray(12)]);

    bench.hearRtp({ ssrc: 7, sequence: 2 });
    bench.hear(bench.protect(bytes));

    const captureMs = (0xeeabcdef - 2_208_988_800) * 1000 + 500;
    expect(bench.recording.captures).toEqual([{ mid: 'a', rtpTimestamp: 3 * 960, captureMs }]);
    expect(bench.settle()).toEqual(['a:120,2', 'a:120,3']);
  });

  it('tells a recording that starts later the last sender report', () => {
    const bench = new Bench(implementation, [opusTrack()]);
    bench.hearRtp({ ssrc: 7, sequence: 1 });
    const report = new Uint8Array(28);
    const view = new DataView(report.buffer);
    view.setUint32(0, 0x80c80006);
    view.setUint32(4, 7);
    view.setUint32(8, 3_900_000_000);
    view.setUint32(12, 0x80000000);
    view.setUint32(16, 123_456);
    bench.hear(bench.protectRtcp(report));

    const later = new TestRecording();
    bench.receiver.recordInto(later);

    expect(later.reports).toEqual([{ mid: 'a', rtpTimestamp: 123_456 }]);
    expect(bench.recording.reports).toEqual(later.reports);
  });

  it('survives every datagram and gives every slot back', () => {
    const bench = new Bench(implementation, [opusTrack()]);

    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 120 }), (bytes) => {
        bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x80;
        bench.hear(bytes);
      }),
    );

    expect(bench.slots.inUse).toBe(0);
    expect(bench.settle()).toEqual([]);
  });
});
