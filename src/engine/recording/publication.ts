import type { MediaKind } from '../../media/codecs/codec.js';
import { findCodec, isRecordable } from '../../media/codecs/index.js';
import type { NegotiatedTrack } from '../../media/sdp/session.js';
import { RecordingClock } from '../../media/timeline/recording-clock.js';
import { TrackClock } from '../../media/timeline/track-clock.js';
import type { MemoryShare } from './memory-share.js';
import type { ReceptionTally } from './reception-tally.js';
import type { SourceFormat } from './recording-target.js';
import { TrackRecording } from './track-recording.js';
import { TrackSource, type TrackSourceListener } from './track-source.js';

/** The first fragment waits so long for sender reports of all tracks. */
const REPORT_WAIT_MS = 1_000;
/** Audio waits so long for a picture to begin with. */
const KEYFRAME_WAIT_MS = 2_000;

export interface PublicationOptions {
  readonly share: MemoryShare;
  readonly tally: ReceptionTally;
  readonly fragmentDurationMs: number;
}

export interface PublicationListener extends TrackSourceListener {
  exhausted(): void;
}

interface Attached {
  readonly track: TrackRecording;
  /** Has the track's first clock. */
  firstSsrc: number | undefined;
  inUse: TrackSource | undefined;
}

/** The tracks of one publisher on their way into a recording, and the clock they share. */
export class Publication {
  readonly video: TrackRecording | undefined;
  readonly audio: TrackRecording | undefined;
  readonly tracks: readonly TrackRecording[];
  private sources: TrackSource[] = [];
  private readonly attached = new Map<string, Attached>();
  /** Mids of tracks that are taken live only. */
  private readonly unrecorded = new Set<string>();
  private readonly recordingClock = new RecordingClock();

  /** @throws {RangeError} for a codec that is not in the list */
  constructor(
    negotiated: readonly NegotiatedTrack[],
    private readonly options: PublicationOptions,
    private readonly listener: PublicationListener,
  ) {
    const { share, fragmentDurationMs } = options;
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
      this.attached.set(mid, { track, firstSsrc: undefined, inUse: undefined });
    }
    this.tracks = [...this.attached.values()].map(({ track }) => track);
    this.video = this.trackOf('video');
    this.audio = this.trackOf('audio');
  }

  /**
   * @returns undefined when nothing of it can be recorded
   * @throws {RangeError} for a mid that was not attached
   */
  open(mid: string, { ssrc, codecName }: SourceFormat): TrackSource | undefined {
    if (this.unrecorded.has(mid)) return undefined;
    const attached = this.attached.get(mid);
    if (attached === undefined) throw new RangeError(`No track ${mid}.`);
    const { track } = attached;
    const codec = findCodec(codecName, track.kind);
    if (codec === undefined || !isRecordable(codec)) return undefined;
    const { listener } = this;
    const { share } = this.options;
    const clock = this.clockFor(attached, ssrc);
    const tally = this.options.tally.of(track.kind);
    const isSpare = (): boolean => attached.inUse?.isClosed === false;
    const source = new TrackSource({ track, ssrc, codec, clock, share, tally, listener, isSpare });
    this.sources = [...this.sources.filter(({ isClosed }) => !isClosed), source];
    return source;
  }

  /** The source that a track takes its media from gives way. */
  leave(track: TrackRecording): void {
    for (const { track: other, inUse } of this.attached.values()) if (other === track) inUse?.leaveTrack();
  }

  /** The source's track takes its media from it from now on. */
  use(source: TrackSource): void {
    for (const attached of this.attached.values()) if (attached.track === source.track) attached.inUse = source;
    source.enterTrack();
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

  /** Drops sound that is no part of the recording because it came first, and counts it. */
  dropEarlyAudio(): void {
    const early = this.earlyAudio();
    if (early === 0) return;
    this.audio?.dropWaiting(early);
    this.options.tally.of('audio').framesDropped += early;
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
    for (const source of this.sources) source.close();
    for (const { track } of this.attached.values()) {
      track.clear();
      track.arena.clear();
    }
  }

  /** RTP time belongs to an SSRC. */
  private clockFor(attached: Attached, ssrc: number): TrackClock {
    const { track, inUse } = attached;
    attached.firstSsrc ??= ssrc;
    const isTracks = inUse === undefined ? attached.firstSsrc === ssrc : inUse.ssrc === ssrc;
    if (isTracks) return track.clock;
    const clock = new TrackClock(track.clock.clockRate, this.recordingClock);
    clock.leave();
    return clock;
  }

  private trackOf(kind: MediaKind): TrackRecording | undefined {
    return this.tracks.find((track) => track.kind === kind);
  }
}
