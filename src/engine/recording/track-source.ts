import type { AccessUnitFacts, AccessUnitSink, RecordableCodec } from '../../media/codecs/codec.js';
import type { TrackClock } from '../../media/timeline/track-clock.js';
import { AccessUnitIntake } from './access-unit-intake.js';
import { SampleArena } from './sample-arena.js';
import type { MemoryShare } from './memory-share.js';
import type { TrackTally } from './reception-tally.js';
import type { RecordedSource } from './recording-target.js';
import type { TrackRecording } from './track-recording.js';

export interface TrackSourceOptions {
  readonly track: TrackRecording;
  readonly ssrc: number;
  readonly codec: RecordableCodec;
  /** Shared by sources of one SSRC. */
  readonly clock: TrackClock;
  readonly share: MemoryShare;
  readonly tally: TrackTally;
  readonly listener: TrackSourceListener;
  /** The track has another source that gives it media. */
  isSpare(): boolean;
}

export interface TrackSourceListener {
  /** The unit in progress is whole, to be taken or discarded in the call. @param arrivalMs of its first packet */
  accessUnit(source: TrackSource, facts: AccessUnitFacts, arrivalMs: number): void;
  damaged(source: TrackSource): void;
  /** A sender report came. */
  reported(arrivalMs: number): void;
}

/**
 * A source of a track's media: one SSRC in one codec. Until the track changes over to it, its access units are put
 * together in memory of their own, and thrown away there.
 */
export class TrackSource implements RecordedSource {
  readonly sink: AccessUnitSink;
  private readonly intake: AccessUnitIntake;
  /** Only while the track has another source. */
  private readonly waitingArena: SampleArena;
  private hasTrack = false;
  private hasEnded = false;

  constructor(private readonly options: TrackSourceOptions) {
    const { share, listener } = options;
    this.waitingArena = new SampleArena(share, 0);
    this.intake = new AccessUnitIntake(this.waitingArena, {
      finished: (facts, arrivalMs) => listener.accessUnit(this, facts, arrivalMs),
      dropped: () => this.countDropped(),
      damaged: () => listener.damaged(this),
    });
    this.sink = this.intake;
  }

  get track(): TrackRecording {
    return this.options.track;
  }

  get ssrc(): number {
    return this.options.ssrc;
  }

  get codec(): RecordableCodec {
    return this.options.codec;
  }

  get clock(): TrackClock {
    return this.options.clock;
  }

  /** The track takes its media from here. */
  get isInUse(): boolean {
    return this.hasTrack;
  }

  get isClosed(): boolean {
    return this.hasEnded;
  }

  get isExhausted(): boolean {
    return this.arena.isExhausted;
  }

  arrival(arrivalMs: number, isRepaired: boolean): void {
    this.intake.arrival(arrivalMs);
    if (!this.isCounted) return;
    const { tally } = this.options;
    tally.packetsReceived += 1;
    if (isRepaired) tally.packetsRepaired += 1;
  }

  lost(packets: number): void {
    if (this.isCounted) this.options.tally.packetsLost += packets;
  }

  heldUp(isHeldUp: boolean): void {
    if (this.hasTrack) this.track.isHeldUp = isHeldUp;
  }

  senderReport(rtpTimestamp: number, ntpMs: number, arrivalMs: number): void {
    this.clock.senderReport(rtpTimestamp, ntpMs, arrivalMs);
    this.options.listener.reported(arrivalMs);
  }

  captureTime(rtpTimestamp: number, captureMs: number, arrivalMs: number): void {
    this.clock.captureTime(rtpTimestamp, captureMs, arrivalMs);
  }

  /** The track changes over to this source, with the access unit in progress. */
  enterTrack(): void {
    this.hasTrack = true;
    this.intake.moveTo(this.track.arena);
    this.waitingArena.clear();
  }

  /** The track has changed over to another source. */
  leaveTrack(): void {
    this.discardUnit();
    this.hasTrack = false;
    this.intake.close();
  }

  /** Of an access unit something came, and it is not recorded. */
  countDropped(): void {
    if (this.isCounted) this.options.tally.framesDropped += 1;
  }

  discardUnit(): void {
    this.arena.discardUnit();
  }

  /** Nothing more comes from here. What the track has got stays. */
  close(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.discardUnit();
    this.intake.close();
    this.waitingArena.clear();
    if (this.clock !== this.track.clock) this.clock.leave();
  }

  /** What a layer that is not in use loses is missed by nobody. */
  private get isCounted(): boolean {
    return this.hasTrack || !this.options.isSpare();
  }

  private get arena(): SampleArena {
    return this.hasTrack ? this.track.arena : this.waitingArena;
  }
}

const IGNORING_SINK: AccessUnitSink = {
  length: 0,
  append: () => undefined,
  appendUint32: () => undefined,
  setUint32: () => undefined,
  finish: () => undefined,
  discard: () => undefined,
  dropped: () => undefined,
  damaged: () => undefined,
};

/** Nothing is recorded any more, or not of this: what is written goes nowhere. */
export const IGNORED_SOURCE: RecordedSource = {
  sink: IGNORING_SINK,
  arrival: () => undefined,
  lost: () => undefined,
  heldUp: () => undefined,
  senderReport: () => undefined,
  captureTime: () => undefined,
  close: () => undefined,
};
