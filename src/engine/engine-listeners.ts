import type { EngineEvent } from './protocol.js';

export type EngineListener = (event: EngineEvent) => void;

/** Runs `tell` at once, in surroundings that it makes for whatever concerns the stream. */
export type Surrounding = (streamId: string, tell: () => void) => void;

/** Who wants to know what the engine tells. */
export class EngineListeners {
  private readonly listeners = new Set<EngineListener>();
  private surround: Surrounding | undefined;

  /** @param streamOf knows what stream a recording session is of */
  constructor(private readonly streamOf: (recordingSessionId: string) => string | undefined) {}

  /** @returns a function that ends the listening */
  add(listener: EngineListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** From now on listeners are told what concerns one stream inside of `surround`. */
  tellWithin(surround: Surrounding): void {
    this.surround = surround;
  }

  clear(): void {
    this.listeners.clear();
  }

  tell(event: EngineEvent): void {
    const streamId = this.surround === undefined ? undefined : this.streamIdOf(event);
    if (streamId === undefined) this.tellAll(event);
    else this.surround?.(streamId, () => this.tellAll(event));
  }

  private tellAll(event: EngineEvent): void {
    for (const listener of this.listeners) listener(event);
  }

  private streamIdOf(event: EngineEvent): string | undefined {
    if ('streamId' in event) return event.streamId;
    if (event.type === 'segment-closed') return this.streamOf(event.segment.recordingSessionId);
    return 'recordingSessionId' in event ? this.streamOf(event.recordingSessionId) : undefined;
  }
}
