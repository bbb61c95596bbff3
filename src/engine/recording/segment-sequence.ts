import { randomUUID } from 'node:crypto';
import type { MediaKind } from '../../media/codecs/codec.js';
import type { EngineEvent, RecordingOrder, RecordingDirectory } from '../protocol.js';
import { RecordedSegment } from './recorded-segment.js';
import { RecordingFolder } from './recording-folder.js';
import type { RecordedSession } from './recorded-session.js';
import type { RecordingOutput } from './recording-output.js';

/** The segments of a recording one after another, over Periods, directories and sessions; told in this order, whatever closes first. */
export class SegmentSequence {
  private folder: RecordingFolder;
  private nextFolder: RecordingFolder | undefined;
  private told: Promise<void> = Promise.resolve();
  private currentSession: RecordedSession;
  private nextPeriod: number;
  /** Recording time from which on the next session was asked for. */
  private askedMs = Infinity;

  constructor(
    private readonly order: RecordingOrder,
    private readonly output: RecordingOutput,
  ) {
    this.folder = new RecordingFolder(order, output);
    this.currentSession = { id: order.recordingSessionId, originMs: 0 };
    this.nextPeriod = order.nextPeriod;
  }

  /** What the next segment belongs to. */
  get session(): RecordedSession {
    return this.currentSession;
  }

  /** Recording time from which on the next session is due. */
  get rotationMs(): number {
    return Math.min(this.askedMs, this.currentSession.originMs + this.order.maxDurationMs);
  }

  /** The next session is due from this recording time on, whatever the limit. */
  rotateFrom(ms: number): void {
    this.askedMs = Math.min(this.askedMs, ms);
  }

  /** A directory waits to be gone on in. */
  get hasNextDirectory(): boolean {
    return this.nextFolder !== undefined;
  }

  /** The segments from the next call of `enterNextDirectory` on lie there. */
  prepareDirectory(target: RecordingDirectory): void {
    this.nextFolder = new RecordingFolder(target, this.output);
  }

  enterNextDirectory(): void {
    if (this.nextFolder === undefined) return;
    this.folder = this.nextFolder;
    this.nextFolder = undefined;
    const { id: recordingSessionId } = this.session;
    this.tell({ type: 'recording-rolled-over', recordingSessionId, directory: this.folder.directory });
  }

  /**
   * The segments to come belong to another session, in the same directory and under the numbers that follow. That is told
   * at once, so that the session has its row before any crash; the end of the one before in its turn.
   *
   * @param originMs recording time at its time 0
   * @param anchorEpochMs wall clock there
   */
  rotate(originMs: number, anchorEpochMs: number): void {
    const { id: recordingSessionId } = this.session;
    const { directory } = this.folder;
    this.currentSession = { id: randomUUID(), originMs };
    this.askedMs = Infinity;
    this.nextPeriod = 0;
    const nextSessionId = this.session.id;
    this.output.emit({ type: 'recording-rotated', recordingSessionId, nextSessionId, directory, anchorEpochMs });
    this.tell({ type: 'recording-completed', recordingSessionId });
  }

  startPeriod(): void {
    this.nextPeriod += 1;
  }

  /** @param leader kind of the track that the segment starts with */
  next(leader: MediaKind, trackCount: number): RecordedSegment {
    const { session } = this;
    const plan = { session, period: this.nextPeriod - 1, leader, trackCount };
    const segment = new RecordedSegment(this.folder, this.output, plan);
    this.told = this.told.then(async () => {
      const closed = await segment.closed();
      if (closed !== undefined) this.output.emit({ type: 'segment-closed', segment: closed });
    });
    return segment;
  }

  /** Emits `event` after everything that was begun before. */
  tell(event: EngineEvent): void {
    this.told = this.told.then(() => {
      this.output.emit(event);
    });
  }

  /** Resolves when everything begun is told, with what follows from that. */
  async settled(): Promise<void> {
    let last: Promise<void>;
    do {
      last = this.told;
      await last;
    } while (last !== this.told);
  }
}
