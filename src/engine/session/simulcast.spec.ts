import { randomBytes } from 'node:crypto';
import type { AccessUnitSink } from '../../media/codecs/codec.js';
import type { MediaMemory } from '../../media/memory.js';
import type { NegotiatedFormat, NegotiatedTrack } from '../../media/sdp/session.js';
import { SrtpSender } from '../../media/srtp/sender.js';
import { srtpProfiles } from '../../media/srtp/profile.js';
import type { RecordedSource, RecordingTarget, SourceFormat } from '../recording/recording-target.js';
import { srtpCrypto } from '../srtp/node-srtp-crypto.js';
import { srtpBenches } from '../srtp/testing/implementations.js';
import { SlotPool } from '../udp/slot-pool.js';
import { MediaReceiver } from './media-receiver.js';

const PROFILE = 'AEAD_AES_128_GCM';
const RID_EXTENSION = 10;
const REPAIRED_RID_EXTENSION = 11;

function format(codecName: string, payloadType: number, rtxPayloadType?: number): NegotiatedFormat {
  const clockRate = 90_000;
  return { codecName, payloadType, clockRate, channels: 1, format: '', answerFormat: undefined, rtxPayloadType };
}

function videoTrack(overrides: Partial<NegotiatedTrack> = {}): NegotiatedTrack {
  return {
    mid: 'v',
    kind: 'video',
    formats: [format('H264', 102, 103), format('H264', 108), format('VP9', 98, 99)],
    feedback: { nack: true, pli: true, transportCc: false },
    extensions: {
      mid: undefined,
      transportSequenceNumber: undefined,
      absoluteCaptureTime: undefined,
      rid: RID_EXTENSION,
      repairedRid: REPAIRED_RID_EXTENSION,
    },
    sources: [],
    rids: ['q', 'h', 'f'],
    ...overrides,
  };
}

interface Packet {
  readonly ssrc: number;
  readonly sequence: number;
  readonly payloadType?: number;
  readonly payload: readonly number[];
  readonly extension?: readonly [id: number, text: string];
}

function rtpPacket({ ssrc, sequence, payloadType = 102, payload, extension }: Packet): Uint8Array {
  const [id = 0, text = ''] = extension ?? [];
  const words = Math.ceil((1 + text.length) / 4);
  const element = new Uint8Array(4 * words);
  element.set([(id << 4) | (text.length - 1), ...new TextEncoder().encode(text)]);
  const extensions = extension === undefined ? [] : [0xbe, 0xde, 0, words, ...element];
  const header = [extension === undefined ? 0x80 : 0x90, 0x80 | payloadType, ...new Array<number>(10).fill(0)];
  const bytes = new Uint8Array([...header, ...extensions, ...payload]);
  const view = new DataView(bytes.buffer);
  view.setUint16(2, sequence);
  view.setUint32(4, sequence * 3_000);
  view.setUint32(8, ssrc);
  return bytes;
}

/** Writes down which source each access unit came from. */
class Listing implements RecordingTarget {
  readonly units: string[] = [];

  open(_mid: string, { ssrc, codecName }: SourceFormat): RecordedSource {
    const sink: AccessUnitSink = {
      length: 0,
      append: () => undefined,
      appendUint32: () => undefined,
      setUint32: () => undefined,
      finish: ({ isKeyframe }) => this.units.push(`${ssrc} ${codecName}${isKeyframe ? ' key' : ''}`),
      discard: () => undefined,
      dropped: () => undefined,
      damaged: () => undefined,
    };
    const nothing = (): undefined => undefined;
    return {
      sink,
      arrival: nothing,
      lost: nothing,
      heldUp: nothing,
      senderReport: nothing,
      captureTime: nothing,
      close: nothing,
    };
  }
}

/** Parameter sets of 64x64 and 128x128 pictures (RFC 6184, profile 66, level 10), and slices. */
const SPS_64 = [0x67, 0x42, 0x00, 0x0a, 0xda, 0x10, 0x99];
const SPS_128 = [0x67, 0x42, 0x00, 0x0a, 0xda, 0x08, 0x11, 0x90];
const PPS = [0x68, 0xce, 0x38, 0x80];
const IDR = [0x65, 0x88, 0x84, 0x00];
const SLICE = [0x41, 0x9a, 0x00];

function aggregate(...units: readonly (readonly number[])[]): number[] {
  return [0x78, ...units.flatMap((unit) => [0, unit.length, ...unit])];
}

const SMALL_KEY = aggregate(SPS_64, PPS, IDR);
const LARGE_KEY = aggregate(SPS_128, PPS, IDR);

class Bench {
  readonly memory: MediaMemory;
  readonly slots: SlotPool;
  readonly recording = new Listing();
  readonly receiver: MediaReceiver;
  nowMs = 1_000;
  private readonly sender: SrtpSender;

  constructor(implementation: keyof typeof srtpBenches, track: NegotiatedTrack) {
    const { memory, crypto: srtp } = srtpBenches[implementation]();
    this.memory = memory;
    this.slots = new SlotPool(memory);
    const { keyLength, saltLength } = srtpProfiles[PROFILE];
    const remoteKey = randomBytes(keyLength);
    const remoteSalt = randomBytes(saltLength);
    const keys = { profile: PROFILE, remoteKey, remoteSalt, localKey: remoteKey, localSalt: remoteSalt } as const;
    this.receiver = new MediaReceiver(keys, [track], { memory, slots: this.slots, srtp });
    this.receiver.recordInto(this.recording);
    this.sender = new SrtpSender(PROFILE, remoteKey, remoteSalt, srtpCrypto);
  }

  hear(packet: Packet): void {
    const plain = rtpPacket(packet);
    const bytes = new Uint8Array(plain.length + 32);
    bytes.set(plain);
    const length = this.sender.protect(bytes, 0, plain.length);
    const slot = this.slots.take();
    this.memory.bytes.set(bytes.subarray(0, length), slot);
    if (!this.receiver.receive(slot, length, this.nowMs)) this.slots.release(slot);
    this.receiver.drained();
  }

  pass(durationMs: number): void {
    for (const endMs = this.nowMs + durationMs; this.nowMs < endMs;) {
      this.nowMs += 10;
      for (const track of this.receiver.tracks) track.tick(this.nowMs);
    }
  }

  /** What the recording got since the last call, once nothing waits any more. */
  taken(): string[] {
    this.pass(30);
    return this.recording.units.splice(0);
  }

  due(): (number | undefined)[] {
    return this.receiver.layers.filter(({ keyframes }) => keyframes.isDue(this.nowMs)).map(({ ssrc }) => ssrc);
  }
}

describe.each(['node', 'wasm'] as const)('MediaReceiver, simulcast, SRTP by %s', (implementation) => {
  it('sorts packets by their rid, and takes the larger picture', () => {
    const bench = new Bench(implementation, videoTrack());
    bench.hear({ ssrc: 1, sequence: 1, payload: SMALL_KEY, extension: [RID_EXTENSION, 'q'] });
    bench.hear({ ssrc: 3, sequence: 1, payload: LARGE_KEY, extension: [RID_EXTENSION, 'f'] });
    expect(bench.taken()).toEqual(['1 H264 key', '3 H264 key']);

    bench.hear({ ssrc: 1, sequence: 2, payload: SLICE });
    bench.hear({ ssrc: 3, sequence: 2, payload: SLICE });
    expect(bench.taken()).toEqual(['3 H264']);
    expect(bench.receiver.tracks[0]?.statistics(0)).toMatchObject({ packetsReceived: 4, width: 128, height: 128 });
    expect(bench.receiver.layers.map((layer) => layer.reportBlock(bench.nowMs)?.ssrc)).toEqual([1, undefined, 3]);
  });

  it('changes down at a key frame that it asks of the other layer, once the better one has stopped', () => {
    const bench = new Bench(implementation, videoTrack());
    bench.hear({ ssrc: 3, sequence: 1, payload: LARGE_KEY, extension: [RID_EXTENSION, 'f'] });
    bench.hear({ ssrc: 1, sequence: 1, payload: SMALL_KEY, extension: [RID_EXTENSION, 'q'] });
    bench.taken();
    for (let sequence = 2; sequence < 12; sequence++) {
      bench.pass(100);
      bench.hear({ ssrc: 1, sequence, payload: SLICE });
    }
    expect(bench.taken()).toEqual([]);
    expect(bench.due()).toEqual([1]);

    bench.hear({ ssrc: 1, sequence: 12, payload: SMALL_KEY });
    bench.hear({ ssrc: 1, sequence: 13, payload: SLICE });
    expect(bench.taken()).toEqual(['1 H264 key', '1 H264']);
  });

  it('repairs a layer from retransmissions that name it by the repaired rid', () => {
    const bench = new Bench(implementation, videoTrack());
    bench.hear({ ssrc: 3, sequence: 1, payload: LARGE_KEY, extension: [RID_EXTENSION, 'f'] });
    bench.pass(30);
    bench.hear({ ssrc: 3, sequence: 3, payload: SLICE });
    const payload = [0, 2, ...SLICE];
    bench.hear({ ssrc: 9, sequence: 70, payloadType: 103, payload, extension: [REPAIRED_RID_EXTENSION, 'f'] });

    expect(bench.taken()).toEqual(['3 H264 key', '3 H264', '3 H264']);
    expect(bench.receiver.tracks[0]?.statistics(0)).toMatchObject({ packetsRepaired: 1, packetsLost: 0 });
  });

  it('counts packets that name no layer, and those of a layer that was not offered', () => {
    const bench = new Bench(implementation, videoTrack());
    bench.hear({ ssrc: 1, sequence: 1, payload: SMALL_KEY });
    bench.hear({ ssrc: 1, sequence: 2, payload: SMALL_KEY, extension: [RID_EXTENSION, 'z'] });
    expect(bench.taken()).toEqual([]);
    expect(bench.receiver.packetsWithoutTrack).toBe(2);
  });

  it('goes on with a layer that starts again under another SSRC', () => {
    const bench = new Bench(implementation, videoTrack({ rids: ['f'] }));
    bench.hear({ ssrc: 3, sequence: 1, payload: LARGE_KEY, extension: [RID_EXTENSION, 'f'] });
    bench.hear({ ssrc: 5, sequence: 900, payload: LARGE_KEY, extension: [RID_EXTENSION, 'f'] });
    expect(bench.taken()).toEqual(['3 H264 key', '5 H264 key']);
  });

  it('knows layers without rids by the SSRCs of a SIM group, the last of which is the best', () => {
    const sources = [
      { ssrc: 1, rtxSsrc: 11, layer: 0 },
      { ssrc: 2, rtxSsrc: 12, layer: 1 },
    ];
    const bench = new Bench(implementation, videoTrack({ rids: [], sources }));
    bench.hear({ ssrc: 1, sequence: 1, payload: SMALL_KEY });
    bench.hear({ ssrc: 2, sequence: 1, payload: LARGE_KEY });
    bench.pass(30);
    bench.hear({ ssrc: 1, sequence: 2, payload: SLICE });
    expect(bench.taken()).toEqual(['1 H264 key', '2 H264 key']);
    expect(bench.receiver.layers.map(({ rank }) => rank)).toEqual([1, 0]);
  });
});

describe.each(['node', 'wasm'] as const)('MediaReceiver, formats, SRTP by %s', (implementation) => {
  const plain = { rids: [], extensions: { ...videoTrack().extensions, rid: undefined, repairedRid: undefined } };

  it('keeps the depacketizer when the payload type changes inside a codec', () => {
    const bench = new Bench(implementation, videoTrack(plain));
    bench.hear({ ssrc: 1, sequence: 1, payload: SMALL_KEY });
    bench.hear({ ssrc: 1, sequence: 2, payload: SLICE, payloadType: 108 });
    expect(bench.taken()).toEqual(['1 H264 key', '1 H264']);
  });

  it('opens another source of the recording when the codec changes, in the order of the packets', () => {
    const bench = new Bench(implementation, videoTrack(plain));
    bench.hear({ ssrc: 1, sequence: 1, payload: SMALL_KEY });
    bench.pass(30);
    // One VP9 picture: descriptor with start and end of a frame, then a key frame's header (profile 0, 64x64).
    const vp9 = [0x0c, 0x82, 0x49, 0x83, 0x42, 0x00, 0x03, 0xf0, 0x03, 0xf0, 0x00];
    bench.hear({ ssrc: 1, sequence: 3, payload: vp9, payloadType: 98 });
    bench.hear({ ssrc: 1, sequence: 2, payload: SLICE });
    expect(bench.taken()).toEqual(['1 H264 key', '1 H264', '1 VP9 key']);
  });
});
