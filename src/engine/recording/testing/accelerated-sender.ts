import type { MediaMemory } from '../../../media/memory.js';
import { RtpHeader } from '../../../media/rtp/packet.js';
import type { NegotiatedFormat, NegotiatedTrack } from '../../../media/sdp/session.js';
import type { MediaKind } from '../../../media/codecs/codec.js';
import type { LayerReceiver } from '../../session/layer-receiver.js';
import { TrackReceiver } from '../../session/track-receiver.js';
import { SlotPool } from '../../udp/slot-pool.js';
import type { StreamRecorder } from '../stream-recorder.js';
import type { FakeClock } from './recorder-fixture.js';

export const PICTURE_MS = 400;
export const PACKET_MS = 120;
const PICTURES_PER_SEGMENT = 15;
const REPORT_MS = 10_000;
const TICK_MS = 200;
/** Of the clock; every other time here is a multiple of it. */
const STEP_MS = 40;
/** Non-flexible mode: one frame in one packet (RFC 9628), then the headers that libvpx wrote, without the pictures. */
const KEY = Uint8Array.of(0x0c, 0x82, 0x49, 0x83, 0x42, 0x00, 0x28, 0x10, 0x16, 0x96, 0x08, 0x38, 0x24, 0x1c, 0x18);
const INTER = Uint8Array.of(0x0c, 0x86, 0, 0, 2, 8, 0, 0, 4);
/** SILK, two frames of 60 ms and of one size (RFC 6716 sections 3.1 and 3.2.3). */
const SOUND = Uint8Array.of(0x19, 0);

/** RTP packets of one track. */
class PacketSource {
  private readonly header = new RtpHeader();
  private sequence = 65_000;
  private readonly firstTimestamp: number;
  private serial = 0;

  constructor(
    private readonly receiver: LayerReceiver,
    private readonly memory: MediaMemory,
    private readonly slots: SlotPool,
    private readonly ticksPerMs: number,
  ) {
    this.firstTimestamp = 2 ** 32 - 60_000 * ticksPerMs;
  }

  /** The payload and three bytes that count. */
  send(payload: Uint8Array, atMs: number, nowMs: number): void {
    const slot = this.slots.take();
    const { view, bytes } = this.memory;
    view.setUint16(slot, 0x80e0);
    view.setUint16(slot + 2, this.sequence);
    view.setUint32(slot + 4, this.timestampAt(atMs));
    view.setUint32(slot + 8, 1234);
    bytes.set(payload, slot + 12);
    const end = slot + 12 + payload.length;
    view.setUint8(end, this.serial >> 16);
    view.setUint16(end + 1, this.serial & 0xffff);
    const length = end + 3 - slot;
    this.header.parse(bytes, slot, length);
    if (!this.receiver.receive(slot, this.header, length, nowMs, false)) this.slots.release(slot);
    this.sequence = (this.sequence + 1) & 0xffff;
    this.serial += 1;
  }

  /** The sender's clock is 5 000 s ahead of ours. */
  report(atMs: number, nowMs: number): void {
    const ntpMs = nowMs + 5_000_000;
    const counts = { packetCount: 0, octetCount: 0, blocks: [] };
    const rtpTimestamp = this.timestampAt(atMs);
    this.receiver.senderReport(
      { type: 'sender-report', ssrc: 1234, compactNtp: 0, ntpMs, rtpTimestamp, ...counts },
      nowMs,
    );
  }

  /** It wraps: after a minute first, then every 2^32 ticks. */
  private timestampAt(atMs: number): number {
    return (this.firstTimestamp + atMs * this.ticksPerMs) % 2 ** 32;
  }
}

/** A publisher whose packets come as fast as they can be read: hours go by in seconds, on the clock of a test. */
export class AcceleratedSender {
  readonly slots: SlotPool;
  private readonly receivers: readonly TrackReceiver[];
  private readonly video: PacketSource;
  private readonly audio: PacketSource;
  private readonly startMs: number;

  constructor(
    private readonly recorder: StreamRecorder,
    private readonly clock: FakeClock,
    readonly memory: MediaMemory,
  ) {
    this.slots = new SlotPool(memory);
    const environment = { memory, slots: this.slots };
    const tracks = [track('video', 'VP9', 90_000), track('audio', 'opus', 48_000)];
    const receivers = tracks.map((one) => new TrackReceiver(one, environment));
    const [video, audio] = receivers.flatMap(({ layers }) => layers);
    if (video === undefined || audio === undefined) throw new RangeError('Two tracks.');
    this.video = new PacketSource(video, memory, this.slots, 90);
    this.audio = new PacketSource(audio, memory, this.slots, 48);
    this.receivers = receivers;
    this.startMs = clock.nowMs;
    recorder.attach(tracks);
    for (const receiver of receivers) receiver.recordInto(recorder);
  }

  /** Both tracks send for so long; a key frame begins each six seconds. */
  async send(durationMs: number): Promise<void> {
    const endMs = this.clock.nowMs + durationMs;
    for (; this.clock.nowMs < endMs; this.clock.nowMs += STEP_MS) {
      const { nowMs } = this.clock;
      const atMs = nowMs - this.startMs;
      if (atMs % PICTURE_MS === 0) this.video.send(this.pictureAt(atMs), atMs, nowMs);
      if (atMs % PACKET_MS === 0) this.audio.send(SOUND, atMs, nowMs);
      if (atMs % TICK_MS === 0) this.tick();
      if (atMs % REPORT_MS === 0) for (const source of [this.video, this.audio]) source.report(atMs, nowMs);
      if (atMs % 1_000 === 0) await this.settle();
    }
  }

  private pictureAt(atMs: number): Uint8Array {
    return (atMs / PICTURE_MS) % PICTURES_PER_SEGMENT === 0 ? KEY : INTER;
  }

  private tick(): void {
    for (const receiver of this.receivers) receiver.tick(this.clock.nowMs);
    this.recorder.tick(this.clock.nowMs);
  }

  /** Lets writes that are under way finish. */
  private async settle(): Promise<void> {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  }
}

function track(kind: MediaKind, codecName: string, clockRate: number): NegotiatedTrack {
  const codec: Pick<NegotiatedFormat, 'codecName' | 'clockRate'> = { codecName, clockRate };
  return {
    mid: kind,
    kind,
    formats: [
      { ...codec, payloadType: 96, channels: 1, format: '', answerFormat: undefined, rtxPayloadType: undefined },
    ],
    feedback: { nack: false, pli: true, transportCc: false },
    extensions: {
      mid: undefined,
      transportSequenceNumber: undefined,
      absoluteCaptureTime: undefined,
      rid: undefined,
      repairedRid: undefined,
    },
    sources: [],
    rids: [],
  };
}
