import type { AccessUnitFacts, AccessUnitSink, MediaKind } from '../../media/codecs/codec.js';
import { findCodec, isRecordable } from '../../media/codecs/index.js';
import type { NegotiatedTrack } from '../../media/sdp/session.js';
import { RecordingClock } from '../../media/timeline/recording-clock.js';
import { TrackClock } from '../../media/timeline/track-clock.js';
import { AccessUnitIntake, IGNORING_SINK } from './access-unit-intake.js';
import type { MemoryShare } from './memory-share.js';
import type { ReceptionTally } from './reception-tally.js';
import { TrackRecording } from './track-recording.js';

/** The first fragment waits so long for sender reports of all tracks. */
const REPORT_WAIT_MS = 1_000;
/** Audio waits so long for a picture to begin with. */
const KEYFRAME_WAIT_MS = 2_000;

export interface PublicationListener {
  /** The arena's unit in progress is whole, to be pushed or discarded in the call. */
  accessUnit(track: TrackRecording, facts: AccessUnitFacts, arrivalMs: number): void;
  damaged(track: TrackRecording): void;
  exhausted(): void;
}

interface Attached {
  readonly track: TrackRecording;
  readonly intake: AccessUnitIntake;
}

/** The tracks of one publisher on their way into a recording, and the clock they share. */
export class Publication {
  readonly video: TrackRecording | undefined;
  readonly audio: TrackRecording | undefined;
  readonly tracks: readonly TrackRecording[];
  private readonly attached = new Map<string, Attached>();
  /** Mids of tracks that are taken live only. */
  private readonly unrecorded = new Set<string>();
  private readonly recordingClock = new RecordingClock();

  /** @throws {RangeError} for a codec that is not in the list */
  constructor(
    negotiated: readonly NegotiatedTrack[],
    share: MemoryShare,
    tally: ReceptionTally,
    fragmentDurationMs: number,
    listener: PublicationListener,
  ) {
    for (const { mid, kind, formats } of negotiated) {
      const [{ codecName, clockRate }] = formats;
      const codec = findCodec(codecName, kind);
      if (codec === undefined) throw new RangeError(`No codec ${codecName} for ${kind}.`);
      if (!isRecordable(codec)) {
        this.unrecorded.add(mid);
        continue;
      }
      const clock = new TrackClock(clockRate, this.recordingClock);
      const exhausted = (): void => listener.exhausted();
      const track = new TrackRecording({ codec, clock, share, fragmentDurationMs, exhausted });
      const intake = new AccessUnitIntake(track.arena, tally.of(kind), {
        finished: (facts, arrivalMs) => listener.accessUnit(track, facts, arrivalMs),
        damaged: () => listener.damaged(track),
      });
      this.attached.set(mid, { track, intake });
    }
    this.tracks = [...this.attached.values()].map(({ track }) => track);
    this.video = this.trackOf('video');
    this.audio = this.trackOf('audio');
  }

  /** @throws {RangeError} for a mid that was not attached */
  sinkFor(mid: string): AccessUnitSink {
    if (this.unrecorded.has(mid)) return IGNORING_SINK;
    const found = this.attached.get(mid);
    if (found === undefined) throw new RangeError(`No track ${mid}.`);
    return found.intake;
  }

  arrival(mid: string, arrivalMs: number, isRepaired: boolean): void {
    this.attached.get(mid)?.intake.arrival(arrivalMs, isRepaired);
  }

  lost(mid: string, packets: number): void {
    this.attached.get(mid)?.intake.lost(packets);
  }

  heldUp(mid: string, isHeldUp: boolean): void {
    const found = this.attached.get(mid);
    if (found !== undefined) found.track.isHeldUp = isHeldUp;
  }

  senderReport(mid: string, rtpTimestamp: number, ntpMs: number, arrivalMs: number): void {
    this.attached.get(mid)?.track.clock.senderReport(rtpTimestamp, ntpMs, arrivalMs);
  }

  /** A packet said when its content was captured, in milliseconds of any epoch. */
  captureTime(mid: string, rtpTimestamp: number, captureMs: number, arrivalMs: number): void {
    this.attached.get(mid)?.track.clock.captureTime(rtpTimestamp, captureMs, arrivalMs);
  }

  /** What waits may become a Period now: all tracks are there and have their place, or have been waited for. */
  mayBegin(nowMs: number): boolean {
    const first = this.video?.hasWaiting === true ? this.video : this.audio;
    if (first?.hasWaiting !== true) return false;
    if (first === this.audio && this.video !== undefined) return nowMs - first.firstArrivalMs >= KEYFRAME_WAIT_MS;
    if (nowMs - first.firstArrivalMs >= REPORT_WAIT_MS) return true;
    const hasSound = this.audio === undefined || this.earlyAudio() < this.audio.samples.count;
    return hasSound && this.isPlaceKnown(first, nowMs);
  }

  /** A track that waits has its place by sender reports, or has waited long enough for them. */
  isPlaceKnown(track: TrackRecording, nowMs: number): boolean {
    return nowMs - track.firstArrivalMs >= REPORT_WAIT_MS || this.recordingClock.isTold;
  }

  /** Drops sound that is no part of the recording because it came first. */
  dropEarlyAudio(): void {
    this.audio?.dropWaiting(this.earlyAudio());
  }

  /** @returns how many waiting packets end before the first picture: a Period begins with both kinds at one time */
  private earlyAudio(): number {
    const { video, audio } = this;
    if (video?.hasWaiting !== true || audio?.hasWaiting !== true) return 0;
    const pictureMs = video.firstMonotonicMs;
    let early = 0;
    while (early < audio.samples.count && audio.waitingEndMonotonicMs(early) <= pictureMs) early += 1;
    return early;
  }

  /** The publisher is silent: forgets what waits, and how its clocks stood. */
  pause(): void {
    for (const track of this.tracks) {
      track.clear();
      track.clock.pause();
    }
  }

  /** Nothing is taken any more, and memory given back. */
  close(): void {
    for (const { intake, track } of this.attached.values()) {
      intake.close();
      track.clear();
      track.arena.clear();
    }
  }

  private trackOf(kind: MediaKind): TrackRecording | undefined {
    return this.tracks.find((track) => track.kind === kind);
  }
}
