import type { MediaKind } from '../../media/codecs/codec.js';
import type { EngineEvent, RecordingDirectory } from '../protocol.js';
import { RecordedSegment } from './recorded-segment.js';
import { RecordingFolder } from './recording-folder.js';
import type { RecordingOutput } from './recording-output.js';

/** The segments of a recording one after another, over Periods and directories; told in this order, whatever closes first. */
export class SegmentSequence {
  private folder: RecordingFolder;
  private nextFolder: RecordingFolder | undefined;
  private told: Promise<void> = Promise.resolve();

  /** @param nextPeriod index of the first Period */
  constructor(
    target: RecordingDirectory,
    private nextPeriod: number,
    private readonly output: RecordingOutput,
  ) {
    this.folder = new RecordingFolder(target, output);
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
    const { recordingSessionId } = this.output;
    this.tell({ type: 'recording-rolled-over', recordingSessionId, directory: this.folder.directory });
  }

  startPeriod(): void {
    this.nextPeriod += 1;
  }

  /** @param leader kind of the track that the segment starts with */
  next(leader: MediaKind, trackCount: number): RecordedSegment {
    const segment = new RecordedSegment(this.folder, this.output, { period: this.nextPeriod - 1, leader, trackCount });
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
