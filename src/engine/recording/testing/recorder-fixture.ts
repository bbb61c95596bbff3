import type { Clock } from '../../../shared/clock.js';
import type { AccessUnitFacts, CodecParameters } from '../../../media/codecs/codec.js';
import { MediaMemory } from '../../../media/memory.js';
import type { NegotiatedTrack } from '../../../media/sdp/session.js';
import type {
  EngineEvent,
  RecordedGap,
  RecordedTrack,
  RecordingOrder,
  SegmentClosed,
  TrackReception,
} from '../../protocol.js';
import type { RecordedSource, SourceFormat } from '../recording-target.js';
import { StreamRecorder } from '../stream-recorder.js';
import { MemoryRecordingFiles } from './memory-recording-files.js';
import { readSamples, type ReadSample } from './segment-samples.js';

export const VIDEO = '0';
export const AUDIO = '1';
export const FRAME_MS = 1000 / 30;
export const AUDIO_MS = 20;
const DIRECTORY = 'cam/2026/11/20';

export const VIDEO_PARAMETERS: CodecParameters = {
  codecString: 'avc1.42E01F',
  configuration: Uint8Array.of(1, 0x42, 0xe0, 0x1f, 0xff, 0xe0, 0),
  width: 640,
  height: 360,
  reorderDepth: 0,
};

export const AUDIO_PARAMETERS: CodecParameters = {
  codecString: 'opus',
  configuration: Uint8Array.of(0, 2, 0, 0, 0, 0, 0xbb, 0x80, 0, 0, 0),
  sampleRate: 48_000,
  channels: 2,
  reorderDepth: 0,
};

export class FakeClock implements Clock {
  nowMs = 10_000;
  epochAheadMs = 1_800_000_000_000;

  epochMs(): number {
    return this.nowMs + this.epochAheadMs;
  }

  monotonicMs(): number {
    return this.nowMs;
  }
}

export interface PictureOptions {
  readonly isKeyframe?: boolean;
  readonly parameters?: CodecParameters;
  /** RTP time, in milliseconds of the sender's clock; by default when it arrives. */
  readonly atMs?: number;
  readonly bytes?: Uint8Array;
  /** When the first packet came; by default now. */
  readonly firstPacketMs?: number;
}

export interface SoundOptions {
  readonly atMs?: number;
  readonly bytes?: Uint8Array;
}

type EventOf<Type extends EngineEvent['type']> = Extract<EngineEvent, { type: Type }>;

/** A recorder with a clock, a disk and a publisher that do what the test says. */
export class RecorderFixture {
  readonly clock = new FakeClock();
  readonly files = new MemoryRecordingFiles();
  readonly events: EngineEvent[] = [];
  readonly recorder: StreamRecorder;
  keyframeRequests = 0;
  private readonly memory = new Uint8Array(1 << 21);
  private serial = 0;
  private readonly sources = new Map<string, RecordedSource>();
  private readonly aheadMs: Record<string, number> = {};

  constructor(order: Partial<RecordingOrder> = {}, memoryBytes = 1 << 26) {
    this.recorder = new StreamRecorder(
      recordingOrder(order),
      { memory: new MediaMemory(new ArrayBuffer(memoryBytes)), clock: this.clock, files: this.files },
      { emit: (event) => this.events.push(event), requestKeyframe: () => (this.keyframeRequests += 1) },
    );
  }

  attach(...mids: readonly string[]): void {
    this.recorder.attach(mids.map(negotiated));
    this.sources.clear();
  }

  /** Where a track's media goes: its first source, or the one of the last `change`. */
  source(mid: string): RecordedSource {
    return this.sources.get(mid) ?? this.change(mid, { ssrc: 1, codecName: mid === VIDEO ? 'H264' : 'opus' });
  }

  /** From now on a track's media comes from another source. @param aheadMs by how much its RTP time is ahead of the first's */
  change(mid: string, format: SourceFormat, aheadMs = 0): RecordedSource {
    const source = this.recorder.open(mid, format);
    this.sources.set(mid, source);
    this.aheadMs[mid] = aheadMs;
    return source;
  }

  /** Both tracks' reports say the same sender clock, and that the way here takes no time. */
  reportBoth(): void {
    for (const mid of [VIDEO, AUDIO]) this.report(mid, this.clock.nowMs);
  }

  report(mid: string, atMs: number, ntpMs = atMs + 5_000_000): void {
    this.source(mid).senderReport(this.timestampOf(mid, atMs), ntpMs, this.clock.nowMs);
  }

  /** A packet says that what has RTP time `atMs` was captured at `captureMs`. */
  capture(mid: string, atMs: number, captureMs: number): void {
    this.source(mid).captureTime(this.timestampOf(mid, atMs), captureMs, this.clock.nowMs);
  }

  /** One picture arrives. @returns its bytes */
  picture(options: PictureOptions = {}): Uint8Array {
    const { isKeyframe = false, parameters = VIDEO_PARAMETERS, atMs = this.clock.nowMs } = options;
    const bytes = options.bytes ?? this.nextBytes();
    this.source(VIDEO).arrival(options.firstPacketMs ?? this.clock.nowMs, false);
    const timestamp = this.timestampOf(VIDEO, atMs);
    this.push(VIDEO, bytes, { timestamp, isKeyframe, parameters, durationTicks: 0 });
    return bytes;
  }

  /** One audio packet arrives. @returns its bytes */
  sound({ atMs = this.clock.nowMs, bytes = this.nextBytes() }: SoundOptions = {}): Uint8Array {
    this.source(AUDIO).arrival(this.clock.nowMs, false);
    const timestamp = this.timestampOf(AUDIO, atMs);
    this.push(AUDIO, bytes, { timestamp, isKeyframe: true, parameters: AUDIO_PARAMETERS, durationTicks: 960 });
    return bytes;
  }

  /** Both tracks send for a while; a key frame first and then every `keyframeMs`. */
  async play(
    durationMs: number,
    options: {
      keyframeMs?: number;
      opensWithKeyframe?: boolean;
      video?: boolean;
      audio?: boolean;
      sizeBytes?: number;
    } = {},
  ): Promise<void> {
    const { keyframeMs = 2_000, opensWithKeyframe = true, video = true, audio = true, sizeBytes } = options;
    const startMs = this.clock.nowMs;
    let frame = 0;
    let packet = 0;
    const keyframeEvery = Math.round(keyframeMs / FRAME_MS);
    for (;;) {
      const frameMs = video ? startMs + frame * FRAME_MS : Infinity;
      const packetMs = audio ? startMs + packet * AUDIO_MS : Infinity;
      const nextMs = Math.min(frameMs, packetMs);
      if (nextMs - startMs >= durationMs - 0.001) break;
      this.clock.nowMs = nextMs;
      this.recorder.tick(nextMs);
      if (frameMs <= packetMs) {
        const isKeyframe = frame % keyframeEvery === 0 && (frame > 0 || opensWithKeyframe);
        this.picture(sizeBytes === undefined ? { isKeyframe } : { isKeyframe, bytes: new Uint8Array(sizeBytes) });
        frame += 1;
      } else {
        this.sound();
        packet += 1;
      }
      if (frame % 30 === 0) await this.settle();
    }
    this.clock.nowMs = startMs + durationMs;
    await this.settle();
  }

  /** Time goes by in the recorder, without media. */
  async pass(durationMs: number): Promise<void> {
    const endMs = this.clock.nowMs + durationMs;
    while (this.clock.nowMs < endMs) {
      this.clock.nowMs = Math.min(endMs, this.clock.nowMs + 20);
      this.recorder.tick(this.clock.nowMs);
      await this.settle();
    }
  }

  /** Lets writes that are under way finish. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 40; turn++) await Promise.resolve();
  }

  eventsOf<Type extends EngineEvent['type']>(type: Type): EventOf<Type>[] {
    return this.events.filter((event): event is EventOf<Type> => event.type === type);
  }

  get segments(): SegmentClosed[] {
    return this.eventsOf('segment-closed').map(({ segment }) => segment);
  }

  /** As told last. */
  get reception(): readonly TrackReception[] {
    return this.eventsOf('reception-counted').at(-1)?.tracks ?? [];
  }

  get gaps(): RecordedGap[] {
    return this.eventsOf('gap-recorded').map(({ gap }) => gap);
  }

  get tracks(): RecordedTrack[] {
    return this.eventsOf('track-recorded').map(({ track }) => track);
  }

  /** Everything told of one kind that was received, read back from its files. */
  samples(kind: 'video' | 'audio'): ReadSample[] {
    return this.stored(kind).filter((sample) => !isConcealing(sample));
  }

  /** Everything told of one kind, and what conceals holes in it. */
  stored(kind: 'video' | 'audio'): ReadSample[] {
    const objects = this.segments.flatMap((segment) => segment.objects).filter((object) => object.kind === kind);
    return objects.flatMap(({ objectKey }) => readSamples(this.files.bytesOf(objectKey)));
  }

  names(directory = DIRECTORY): string[] {
    return this.files.names(directory);
  }

  private nextBytes(): Uint8Array {
    this.serial += 1;
    return Uint8Array.of(this.serial >> 16, this.serial >> 8, this.serial, 0xab, 0xcd);
  }

  private timestampOf(mid: string, atMs: number): number {
    const rate = mid === VIDEO ? 90 : 48;
    const aheadMs = (this.aheadMs[mid] ?? 0) + (mid === VIDEO ? 1_000 : 7_000);
    return Math.round((atMs + aheadMs) * rate) >>> 0;
  }

  private push(mid: string, bytes: Uint8Array, facts: AccessUnitFacts): void {
    const { sink } = this.source(mid);
    this.memory.set(bytes, 3);
    sink.append(this.memory, 3, bytes.length);
    sink.finish(facts);
  }
}

/** A packet without a frame asks for concealment; what the fixture sends is longer. */
export function isConcealing({ bytes }: ReadSample): boolean {
  return bytes.length === 1;
}

export function recordingOrder(order: Partial<RecordingOrder> = {}): RecordingOrder {
  return {
    recordingSessionId: 'session',
    streamId: 'cam',
    rootPath: '/recordings',
    directory: DIRECTORY,
    nextSegmentNumber: 1,
    nextInitNumber: { video: 1, audio: 1 },
    knownInits: [],
    nextPeriod: 0,
    anchorEpochMs: undefined,
    endMs: 0,
    reception: [],
    segmentDurationMs: 6_000,
    fragmentDurationMs: 1_000,
    fsync: 'segment',
    maxDurationMs: Infinity,
    ...order,
  };
}

function negotiated(mid: string): NegotiatedTrack {
  const isVideo = mid === VIDEO;
  return {
    mid,
    kind: isVideo ? 'video' : 'audio',
    formats: [
      {
        codecName: isVideo ? 'H264' : 'opus',
        payloadType: isVideo ? 96 : 111,
        clockRate: isVideo ? 90_000 : 48_000,
        channels: isVideo ? 0 : 2,
        format: '',
        answerFormat: undefined,
        rtxPayloadType: undefined,
      },
    ],
    feedback: { nack: true, pli: true, transportCc: true },
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
