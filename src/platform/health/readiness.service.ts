import { Injectable } from '@nestjs/common';

/** Whether this node should be sent new work. Not ready until the server listens. */
@Injectable()
export class ReadinessService {
  private reasonNotReady: string | undefined = 'starting';

  /** @param reason why it is not ready, for the person who looks; ignored when it is */
  set(ready: boolean, reason = 'not ready'): void {
    this.reasonNotReady = ready ? undefined : reason;
  }

  /** @returns undefined when the node is ready */
  get reason(): string | undefined {
    return this.reasonNotReady;
  }
}
