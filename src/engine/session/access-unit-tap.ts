import type { AccessUnitFacts, AccessUnitSink, CodecParameters } from '../../media/codecs/codec.js';

export interface TapListener {
  keyframe(): void;
  /** Something was lost for good; what follows may not decode. */
  damaged(): void;
}

/**
 * Stands between a depacketizer and the recorder, if there is one: counts what passes and lets the recorder be
 * changed between two access units, never inside one.
 */
export class AccessUnitTap implements AccessUnitSink {
  length = 0;
  frames = 0;
  /** The latest known. */
  parameters: CodecParameters | undefined;
  private target: AccessUnitSink | undefined;
  private nextTarget: AccessUnitSink | undefined;

  constructor(private readonly listener: TapListener) {}

  /** From the next access unit on everything also goes to `sink`; undefined for nowhere. The sink before gets nothing more. */
  connect(sink: AccessUnitSink | undefined): void {
    this.nextTarget = sink;
    if (this.length > 0) this.target?.discard();
    this.target = this.length > 0 ? undefined : sink;
  }

  append(bytes: Uint8Array, offset: number, length: number): void {
    this.length += length;
    this.target?.append(bytes, offset, length);
  }

  appendUint32(value: number): void {
    this.length += 4;
    this.target?.appendUint32(value);
  }

  setUint32(position: number, value: number): void {
    this.target?.setUint32(position, value);
  }

  finish(facts: AccessUnitFacts): void {
    this.frames += 1;
    this.parameters = facts.parameters ?? this.parameters;
    this.target?.finish(facts);
    this.unitEnded();
    if (facts.isKeyframe) this.listener.keyframe();
  }

  discard(): void {
    this.target?.discard();
    this.unitEnded();
  }

  dropped(): void {
    this.target?.dropped();
  }

  damaged(): void {
    this.target?.damaged();
    this.listener.damaged();
  }

  private unitEnded(): void {
    this.length = 0;
    this.target = this.nextTarget;
  }
}
