import type { AccessUnitSink } from '../../media/codecs/codec.js';

/** Where media comes from: its RTP time and its coding are one thing as long as both stay the same. */
export interface SourceFormat {
  readonly ssrc: number;
  /** `CodecDefinition.name`. */
  readonly codecName: string;
}

/** The recording that a publisher's tracks go into, as they need it. Times are monotonic. */
export interface RecordingTarget {
  /**
   * One more source of the track `mid`. The recording changes over to it with the first of its access units that is
   * finished, is a key frame and has parameters; the source before then gets nothing more.
   */
  open(mid: string, format: SourceFormat): RecordedSource;
}

/** A source on its way into a recording. */
export interface RecordedSource {
  readonly sink: AccessUnitSink;
  /** The packet that is depacketized next came at `arrivalMs`. */
  arrival(arrivalMs: number, isRepaired: boolean): void;
  /** Packets that will never come. */
  lost(packets: number): void;
  /** Media is here and waits for what is missing before it, or does not any more. */
  heldUp(isHeldUp: boolean): void;
  /** @param ntpMs the report's NTP time in milliseconds */
  senderReport(rtpTimestamp: number, ntpMs: number, arrivalMs: number): void;
  /** @param captureMs when the sender captured what a packet holds (abs-capture-time), milliseconds of any epoch */
  captureTime(rtpTimestamp: number, captureMs: number, arrivalMs: number): void;
  /** Nothing more comes. */
  close(): void;
}
