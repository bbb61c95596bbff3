import type { FailureLog } from './ports/failure-log.js';
import type { SignalingService } from './signaling.service.js';
import { StreamNotFoundError } from './signaling.errors.js';

const INTERVAL_MS = 1_000;

/** Deletes the streams that nobody wants any more, by the rules of their strategies. */
export class StreamReaper {
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly signaling: Pick<SignalingService, 'unwantedStreams' | 'deleteStream'>,
    private readonly log: FailureLog,
  ) {
    this.timer = setInterval(() => void this.reap(), INTERVAL_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  private async reap(): Promise<void> {
    for (const [stream, reason] of this.signaling.unwantedStreams()) {
      try {
        await this.signaling.deleteStream(stream, reason);
      } catch (error) {
        if (!(error instanceof StreamNotFoundError)) this.log.error('A stream could not be deleted.', error);
      }
    }
  }
}
