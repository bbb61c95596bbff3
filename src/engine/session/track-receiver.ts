import type { AccessUnitSink, CodecDefinition, Depacketizer, RtpPayload } from '../../media/codecs/codec.js';
import { findCodec } from '../../media/codecs/index.js';
import type { MediaMemory } from '../../media/memory.js';
import type { SenderReport } from '../../media/rtcp/index.js';
import type { RtpHeader } from '../../media/rtp/packet.js';
import { ReceiveStream, type PacketSink, type ReportBlock } from '../../media/rtp/receive-stream.js';
import { parseFormat } from '../../media/sdp/format.js';
import type { NegotiatedTrack } from '../../media/sdp/session.js';
import type { TrackStatistics } from '../protocol.js';
import type { SlotPool } from '../udp/slot-pool.js';
import { AccessUnitTap } from './access-unit-tap.js';
import type { KeyframeRequester } from './keyframe-requester.js';
import { TrackMeter } from './track-meter.js';

/** How long a gap is waited for where retransmissions may fill it: a recording has more time than a viewer. */
const GIVE_UP_MS = 1_000;
/** Where none will come only packets that overtook each other are waited for. */
const GIVE_UP_WITHOUT_NACK_MS = 200;

/** What a track needs of a recording of its stream. */
export interface TrackRecording {
  sinkFor(mid: string): AccessUnitSink;
  arrival(mid: string, arrivalMs: number): void;
  senderReport(mid: string, rtpTimestamp: number, ntpMs: number, arrivalMs: number): void;
}

export interface TrackEnvironment {
  readonly memory: MediaMemory;
  readonly slots: SlotPool;
  readonly keyframes: KeyframeRequester;
}

/** One track of a publisher: packets in any order in, access units in decoding order out. */
export class TrackReceiver implements PacketSink {
  private readonly codec: CodecDefinition;
  private readonly tap: AccessUnitTap;
  private readonly depacketizer: Depacketizer;
  private readonly meter = new TrackMeter();
  private recording: TrackRecording | undefined;
  private stream: ReceiveStream | undefined;
  private lastReport: { rtpTimestamp: number; ntpMs: number; arrivalMs: number } | undefined;
  private nowMs = 0;

  constructor(
    readonly track: NegotiatedTrack,
    private readonly environment: TrackEnvironment,
  ) {
    const codec = findCodec(track.codecName, track.kind);
    if (codec === undefined) throw new RangeError(`No codec ${track.codecName} for ${track.kind}.`);
    this.codec = codec;
    const { keyframes } = environment;
    this.tap = new AccessUnitTap({
      keyframe: () => this.isVideo && keyframes.satisfied(),
      damaged: () => this.isVideo && keyframes.want(),
    });
    this.depacketizer = codec.createDepacketizer(this.tap, parseFormat(track.format));
  }

  get isVideo(): boolean {
    return this.codec.kind === 'video';
  }

  /** The source that is heard at present. */
  get ssrc(): number | undefined {
    return this.stream?.ssrc;
  }
}
