import { NodeDrainingError } from './signaling.errors.js';

/** Whether anybody new is let in. */
export class EntryGate {
  private closed = false;
  private elsewhere: string | undefined;

  get isClosed(): boolean {
    return this.closed;
  }

  /**
   * For good.
   *
   * @param to origin of a node that newcomers are sent to; undefined: where they were sent before, or nowhere
   * @returns false when it was closed already
   */
  close(to?: string): boolean {
    this.elsewhere = to ?? this.elsewhere;
    const wasOpen = !this.closed;
    this.closed = true;
    return wasOpen;
  }

  /** @throws {NodeDrainingError} */
  assertOpen(): void {
    if (this.closed) throw new NodeDrainingError(this.elsewhere);
  }
}
