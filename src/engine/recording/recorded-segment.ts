import type { MediaKind } from '../../media/codecs/codec.js';
import { cmaf } from '../../media/containers/index.js';
import type { RecordedObject, SegmentClosed } from '../protocol.js';
import type { TrackFormat } from './init-objects.js';
import type { ClaimedNumber, RecordingFolder } from './recording-folder.js';
import type { RecordedSession } from './recorded-session.js';
import type { RecordingOutput } from './recording-output.js';
import { SegmentFile } from './segment-file.js';

/** One track's part of a segment, open. */
export interface SegmentPart {
  readonly file: SegmentFile;
  /** @returns what can be told of it, undefined when nothing of it is of use */
  close(): Promise<RecordedObject | undefined>;
}

export interface SegmentPlan {
  readonly session: RecordedSession;
  readonly period: number;
  /** Kind of the track that the number is claimed with. */
  readonly leader: MediaKind;
  /** How many tracks call `trackDone`. */
  readonly trackCount: number;
}

/** One segment number on its way: open while tracks write into it, told when all of them are done and on disk. */
export class RecordedSegment {
  private readonly claimed: Promise<ClaimedNumber>;
  private readonly objects: Promise<RecordedObject | undefined>[] = [];
  private tracksLeft: number;
  private resolveEnded: () => void = () => undefined;
  private readonly ended = new Promise<void>((resolve) => {
    this.resolveEnded = resolve;
  });

  constructor(
    private readonly folder: RecordingFolder,
    private readonly output: RecordingOutput,
    private readonly plan: SegmentPlan,
  ) {
    this.tracksLeft = plan.trackCount;
    this.claimed = folder.claim(plan.leader);
    this.claimed.catch((error: unknown) => output.failed(error));
  }

  /** Recording time at the time 0 of its session. */
  get originMs(): number {
    return this.plan.session.originMs;
  }

  /** One more track calls `trackDone`. To be called before the last of the others does. */
  addTrack(): void {
    this.tracksLeft += 1;
  }

  open(format: TrackFormat): SegmentPart {
    const { kind } = format.codec;
    const init = this.folder.inits.take(format, this.plan.session.id);
    const opening = this.claimed.then(({ number, file }) =>
      kind === this.plan.leader ? file : this.folder.create(kind, number),
    );
    const file = new SegmentFile(opening, cmaf.segmentType, this.output.fsync, (error) => this.output.failed(error));
    return {
      file,
      close: async () => {
        const written = await file.close();
        if (written === undefined || !(await init.ready)) return undefined;
        const { number } = await this.claimed;
        const objectKey = this.folder.keyOf(kind, number);
        return { trackId: init.trackId, kind, objectKey, timescale: format.timescale, ...written };
      },
    };
  }

  /** A track has left this segment for good. @param object its part, if it had one */
  trackDone(object?: Promise<RecordedObject | undefined>): void {
    if (object !== undefined) this.objects.push(object);
    this.tracksLeft -= 1;
    if (this.tracksLeft === 0) this.resolveEnded();
  }

  /** @returns what is on disk once all tracks are done, undefined when that is nothing; never rejects */
  async closed(): Promise<SegmentClosed | undefined> {
    await this.ended;
    try {
      const objects = (await Promise.all(this.objects)).filter((object) => object !== undefined);
      if (objects.length === 0) return undefined;
      const { directory } = this.folder;
      if (this.output.fsync !== 'off') await this.output.files.syncDirectory(directory);
      const { number } = await this.claimed;
      const { period, session } = this.plan;
      return { recordingSessionId: session.id, directory, number, period, objects };
    } catch (error) {
      this.output.failed(error);
      return undefined;
    }
  }
}
