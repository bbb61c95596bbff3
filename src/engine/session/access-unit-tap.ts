import type { AccessUnitFacts, AccessUnitSink, CodecParameters } from '../../media/codecs/codec.js';

export interface TapListener {
  /** @returns whether the access unit, which is whole, goes on to the recorder */
  passes(facts: AccessUnitFacts): boolean;
  /** Something was lost for good; what follows may not decode. */
  damaged(): void;
}

/**
 * Stands between a depacketizer and the recorder, if there is one: lets pass what is of use, and lets the recorder be
 * changed between two access units, never inside one.
 */
export class AccessUnitTap implements AccessUnitSink {
  length = 0;
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
    this.parameters = facts.parameters ?? this.parameters;
    if (this.listener.passes(facts)) this.target?.finish(facts);
    else this.target?.discard();
    this.unitEnded();
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
