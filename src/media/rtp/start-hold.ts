import type { PacketPayload } from './packet-payload.js';

/** How long the very first packets wait for older ones that the network has overtaken. */
const OVERTAKEN_MS = 20;
/** How long for older ones that are asked for, as the first that came is none to begin with. */
const ASKED_MS = 500;
/** So many before the first: parameter sets and the first part of a picture. */
const MOST_ASKED = 8;

/** Whether a decoder can begin with a payload. */
export type Beginning = (bytes: Uint8Array, offset: number, length: number) => boolean;

/** The first packets of a stream wait for those before them: overtaken ones, or lost ones, without which nothing decodes. */
export class StartHold {
  /** Nothing is delivered yet. */
  isHolding = false;
  private isAsking = false;
  private untilMs = 0;
  private askMs = 0;

  /** @param begins undefined where any packet will do, or none can be had by asking */
  constructor(private readonly begins: Beginning | undefined) {}

  /** @param first that came */
  start(first: PacketPayload): void {
    const { arrivalMs } = first;
    this.isHolding = true;
    this.isAsking = !this.canBeginWith(first);
    this.askMs = arrivalMs;
    this.untilMs = arrivalMs + (this.isAsking ? ASKED_MS : OVERTAKEN_MS);
  }

  /** @param packet that is before all others so far */
  foundEarlier(packet: PacketPayload): void {
    if (!this.isAsking || !this.canBeginWith(packet)) return;
    this.isAsking = false;
    this.untilMs = Math.min(this.untilMs, packet.arrivalMs + OVERTAKEN_MS);
  }

  isOver(nowMs: number): boolean {
    return this.isHolding && nowMs >= this.untilMs;
  }

  /** Appends the numbers before `first` that are asked for now, oldest first. @param intervalMs until they are asked for again */
  collect(first: number, nowMs: number, intervalMs: number, out: number[]): void {
    if (!this.isAsking || nowMs < this.askMs) return;
    this.askMs = nowMs + intervalMs;
    for (let number = first - MOST_ASKED; number < first; number++) out.push(number & 0xffff);
  }

  private canBeginWith({ bytes, offset, length }: PacketPayload): boolean {
    return this.begins?.(bytes, offset, length) !== false;
  }
}
