import type { SessionState } from './protocol.js';
import type { PublisherSession } from './session/publisher-session.js';
import type { StreamRecorder } from './recording/stream-recorder.js';

/**
 * What a worker has of one stream: the publisher whose media counts, and the recording it goes into. The two come and go
 * independently: a recording outlives its publisher, a publisher need not be recorded.
 */
export class WorkerStream {
  private publisher: PublisherSession | undefined;
  private recorder: StreamRecorder | undefined;

  /** The publisher that is connected, or was last. */
  get current(): PublisherSession | undefined {
    return this.publisher;
  }

  get recording(): StreamRecorder | undefined {
    return this.recorder;
  }

  get isEmpty(): boolean {
    return this.publisher === undefined && this.recorder === undefined;
  }

  /** A session of this stream changed its state. */
  publisherChanged(session: PublisherSession, state: SessionState): void {
    if (state === 'connected') this.connected(session);
    else if (session === this.publisher && state === 'disconnected') this.recorder?.interrupt();
    else if (session === this.publisher && state === 'closed') this.gone();
  }

  /** From now on the stream goes into `recorder`; undefined when it is not recorded any more. */
  recordInto(recorder: StreamRecorder | undefined): void {
    this.recorder = recorder;
    if (this.publisher === undefined) return;
    recorder?.attach(this.publisher.tracks);
    this.publisher.recordInto(recorder);
    if (recorder !== undefined) this.publisher.requestKeyframe();
  }

  private connected(session: PublisherSession): void {
    if (session === this.publisher) return;
    this.publisher?.recordInto(undefined);
    this.publisher = session;
    if (this.recorder === undefined) return;
    this.recorder.attach(session.tracks);
    session.recordInto(this.recorder);
  }

  private gone(): void {
    this.publisher?.recordInto(undefined);
    this.publisher = undefined;
    this.recorder?.interrupt();
  }
}
