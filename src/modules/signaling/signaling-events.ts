import type { FailureLog } from './ports/failure-log.js';
import type { SignalingEvent, SignalingListener } from './ports/signaling-event.js';

/** Who wants to know what happens to streams, and how they are told. */
export class SignalingEvents {
  private readonly listeners = new Set<SignalingListener>();

  constructor(private readonly log: FailureLog) {}

  /** @returns a function that ends the listening */
  on(listener: SignalingListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Tells what has happened: nobody can object. */
  tell(event: SignalingEvent): void {
    this.announce(event).catch((error: unknown) => {
      this.log.error(`A listener failed at ${event.type}.`, error);
    });
  }

  /** Tells what is happening, and waits until all have prepared for it. @throws what a listener threw */
  async announce(event: SignalingEvent): Promise<void> {
    await Promise.all([...this.listeners].map(async (listener) => listener(event)));
  }
}
