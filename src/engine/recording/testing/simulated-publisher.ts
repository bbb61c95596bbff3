import type { CodecParameters } from '../../../media/codecs/codec.js';
import { AUDIO, AUDIO_PARAMETERS, VIDEO, VIDEO_PARAMETERS, type RecorderFixture } from './recorder-fixture.js';

/** What a sender tells of one moment. */
export interface ToldTime {
  readonly rtpTimestamp: number;
  readonly ntpMs: number;
}

export interface SimulatedTrack {
  readonly everyMs: number;
  /** How fast its sampling clock goes, against true time. */
  readonly ppm?: number;
  /** From capture to sending. */
  readonly latencyMs?: number;
  /** What the network adds to the shortest way, by when it was sent. */
  jitterMs?(sentMs: number): number;
  /** RTP time that a jump has added so far, milliseconds. */
  jumpMs?(capturedMs: number): number;
  /** Nothing is sent at this time. */
  isSilent?(capturedMs: number): boolean;
}

export interface SimulatedReports {
  readonly everyMs: number;
  readonly firstMs?: number;
  /** What is really told; undefined for nothing. @param sentMs true time */
  told?(kind: 'video' | 'audio', truth: ToldTime, sentMs: number): ToldTime | undefined;
}

export interface SimulatedSender {
  readonly video: SimulatedTrack;
  readonly audio: SimulatedTrack;
  /** How fast the sender's wall clock goes, against true time. */
  readonly ntpPpm?: number;
  readonly reports?: SimulatedReports;
  /** Capture times in header extensions of media packets, at most so often. */
  readonly captureTimes?: SimulatedReports;
}

interface Line {
  readonly kind: 'video' | 'audio';
  readonly mid: string;
  readonly track: SimulatedTrack;
  readonly ticksPerMs: number;
  readonly parameters: CodecParameters;
  nextMs: number;
  nextReportMs: number;
  nextCaptureMs: number;
  lastArrivalMs: number;
}

/** The shortest way through the network. */
export const NETWORK_MS = 30;
const NTP_AHEAD_MS = 5_000_000;
const KEYFRAME_MS = 2_000;
/** Both wrap within seconds. */
const FIRST_TIMESTAMP = { video: 4_294_000_000, audio: 4_294_900_000 } as const;

/**
 * A sender with clocks of its own and a network between, in the time of the fixture's clock, which is the true one. The
 * bytes of each sample tell when it was captured.
 */
export class SimulatedPublisher {
  private readonly lines: readonly Line[];
  private readonly startMs: number;

  constructor(
    private readonly fixture: RecorderFixture,
    private readonly sender: SimulatedSender,
  ) {
    this.startMs = fixture.clock.nowMs;
    this.lines = [
      this.line('video', VIDEO, sender.video, 90, VIDEO_PARAMETERS),
      this.line('audio', AUDIO, sender.audio, 48, AUDIO_PARAMETERS),
    ];
    fixture.attach(VIDEO, AUDIO);
  }

  /** @param untilMs true time since the start */
  async play(untilMs: number): Promise<void> {
    let settledMs = 0;
    for (;;) {
      const [line] = [...this.lines].sort((one, other) => this.nextArrivalOf(one) - this.nextArrivalOf(other));
      if (line === undefined || this.nextArrivalOf(line) - this.startMs > untilMs) break;
      this.step(line);
      if (this.fixture.clock.nowMs - settledMs < 1_000) continue;
      settledMs = this.fixture.clock.nowMs;
      await this.fixture.settle();
    }
    this.fixture.clock.nowMs = this.startMs + untilMs;
    await this.fixture.settle();
  }

  private line(
    kind: Line['kind'],
    mid: string,
    track: SimulatedTrack,
    ticksPerMs: number,
    parameters: CodecParameters,
  ): Line {
    const firstReportMs = this.sender.reports?.firstMs ?? this.sender.reports?.everyMs ?? Infinity;
    const nextReportMs = this.startMs + firstReportMs + (kind === 'audio' ? 7 : 0);
    const nextCaptureMs = this.sender.captureTimes === undefined ? Infinity : 0;
    return {
      kind,
      mid,
      track,
      ticksPerMs,
      parameters,
      nextMs: this.startMs,
      nextReportMs,
      nextCaptureMs,
      lastArrivalMs: 0,
    };
  }

  private sentMs({ nextMs, track: { latencyMs = 0 } }: Line): number {
    return nextMs + latencyMs;
  }

  private nextArrivalOf(line: Line): number {
    return Math.min(this.mediaArrivalOf(line), this.reportArrivalOf(line));
  }

  /** Packets of a track do not overtake each other. */
  private mediaArrivalOf(line: Line): number {
    const sentMs = this.sentMs(line);
    return Math.max(line.lastArrivalMs, sentMs + NETWORK_MS + (line.track.jitterMs?.(sentMs - this.startMs) ?? 0));
  }

  private reportArrivalOf({ nextReportMs, track }: Line): number {
    if (nextReportMs === Infinity) return Infinity;
    return nextReportMs + NETWORK_MS + (track.jitterMs?.(nextReportMs - this.startMs) ?? 0);
  }

  private step(line: Line): void {
    const mediaMs = this.mediaArrivalOf(line);
    const reportMs = this.reportArrivalOf(line);
    this.passTo(Math.min(mediaMs, reportMs));
    if (reportMs <= mediaMs) this.report(line);
    else this.media(line);
  }

  /** The recorder's timer ticks on while nothing comes. */
  private passTo(nowMs: number): void {
    const { clock, recorder } = this.fixture;
    while (clock.nowMs + 50 < nowMs) {
      clock.nowMs += 50;
      recorder.tick(clock.nowMs);
    }
    clock.nowMs = Math.max(clock.nowMs, nowMs);
    recorder.tick(clock.nowMs);
  }

  private media(line: Line): void {
    const { clock } = this.fixture;
    const { nextMs: capturedMs, track, mid, parameters, kind } = line;
    line.nextMs += track.everyMs;
    if (track.isSilent?.(capturedMs - this.startMs) === true) return;
    line.lastArrivalMs = clock.nowMs;
    const timestamp = this.rtpAt(line, capturedMs);
    this.tellCapture(line, timestamp, capturedMs);
    const source = this.fixture.source(mid);
    source.arrival(clock.nowMs, false);
    const sinceKeyframeMs = (capturedMs - this.startMs) % KEYFRAME_MS;
    const isKeyframe = kind === 'audio' || sinceKeyframeMs < track.everyMs;
    const { sink } = source;
    const bytes = new Uint8Array(new Float64Array([capturedMs]).buffer);
    sink.append(bytes, 0, bytes.length);
    sink.finish({ timestamp, isKeyframe, parameters, durationTicks: 0 });
  }

  private tellCapture(line: Line, rtpTimestamp: number, capturedMs: number): void {
    const { captureTimes } = this.sender;
    if (captureTimes === undefined || this.fixture.clock.nowMs < line.nextCaptureMs) return;
    line.nextCaptureMs = this.fixture.clock.nowMs + captureTimes.everyMs;
    const truth = { rtpTimestamp, ntpMs: this.ntpAt(capturedMs) };
    const sinceMs = capturedMs - this.startMs;
    const told = captureTimes.told === undefined ? truth : captureTimes.told(line.kind, truth, sinceMs);
    if (told === undefined) return;
    this.fixture.source(line.mid).captureTime(told.rtpTimestamp, told.ntpMs, this.fixture.clock.nowMs);
  }

  private report(line: Line): void {
    const { reports } = this.sender;
    const sentMs = line.nextReportMs;
    line.nextReportMs += reports?.everyMs ?? Infinity;
    const truth = { rtpTimestamp: this.rtpAt(line, sentMs), ntpMs: this.ntpAt(sentMs) };
    const told = reports?.told === undefined ? truth : reports.told(line.kind, truth, sentMs - this.startMs);
    if (told === undefined) return;
    this.fixture.source(line.mid).senderReport(told.rtpTimestamp, told.ntpMs, this.fixture.clock.nowMs);
  }

  private rtpAt({ kind, track, ticksPerMs }: Line, trueMs: number): number {
    const sinceMs = trueMs - this.startMs;
    const ownMs = sinceMs * (1 + (track.ppm ?? 0) / 1e6) + (track.jumpMs?.(sinceMs) ?? 0);
    return (Math.round(FIRST_TIMESTAMP[kind] + ownMs * ticksPerMs) % 2 ** 32) >>> 0;
  }

  private ntpAt(trueMs: number): number {
    return NTP_AHEAD_MS + trueMs * (1 + (this.sender.ntpPpm ?? 0) / 1e6);
  }
}
