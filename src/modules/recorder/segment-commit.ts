import type { RecordedObject, SegmentClosed, TrackReception } from '../../engine/index.js';
import { ticksToMs } from '../../media/timeline/ticks.js';
import { parseObjectKey } from '../storage/ports/object-key.js';
import type { RecordingContext } from './recording-context.js';

type Surroundings = Pick<RecordingContext, 'index' | 'storage' | 'log'>;

/** Commits the segments of one recording: of what somebody deleted meanwhile, the gap. */
export class SegmentCommit {
  private hasTold = false;

  constructor(private readonly surroundings: Surroundings) {}

  /** @param reception what was counted by then: it goes into the index with the segment, or alone */
  async commit(segment: SegmentClosed, reception: readonly TrackReception[] = []): Promise<void> {
    const { index } = this.surroundings;
    const present: RecordedObject[] = [];
    const lost: RecordedObject[] = [];
    for (const object of segment.objects) ((await this.isThere(object)) ? present : lost).push(object);
    if (present.length > 0) await index.commitSegment({ ...segment, objects: present }, reception);
    else if (reception.length > 0) await index.countReception(segment.recordingSessionId, reception);
    for (const object of lost) await this.commitLoss(segment.recordingSessionId, object);
  }

  private async isThere({ objectKey, sizeBytes }: RecordedObject): Promise<boolean> {
    const stored = await this.surroundings.storage.head(parseObjectKey(objectKey));
    return stored?.sizeBytes === sizeBytes;
  }

  private async commitLoss(recordingSessionId: string, object: RecordedObject): Promise<void> {
    const { index, log } = this.surroundings;
    if (!this.hasTold) log.error(`${object.objectKey} was deleted or changed while it was recorded, and is a gap now.`);
    this.hasTold = true;
    const { kind, startTicks, durationTicks, timescale } = object;
    await index.commitGap(recordingSessionId, {
      kind,
      startMs: ticksToMs(startTicks, timescale),
      durationMs: ticksToMs(durationTicks, timescale),
      cause: 'loss',
    });
  }
}
