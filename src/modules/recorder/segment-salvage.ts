import type { EngineEvent, RecordedObject, recoverOpenSegments } from '../../engine/index.js';
import type { Clock } from '../../shared/clock.js';
import type { CommittedEnd, IndexService, RecordingSessionView } from '../index/index.service.js';
import type { FailureLog } from '../signaling/ports/failure-log.js';
import type { StreamName } from '../signaling/ports/stream-name.js';
import type { RecordingCalendar } from './recording-calendar.js';

/** Media that begins later than this after the last is another Period: there was a break. */
const SEAMLESS_MS = 100;
/** A session whose rows never came may have crossed a border or two; more is not looked for. */
const MOST_DIRECTORIES = 3;

interface Surroundings {
  readonly index: Pick<IndexService, 'committedEnd'>;
  readonly recover: typeof recoverOpenSegments;
  readonly rootPath: string;
  readonly calendar: RecordingCalendar;
  readonly clock: Clock;
  readonly log: FailureLog;
}

/**
 * Makes segments of the files that a process or worker left behind when it died: those of a session that have a higher
 * number than any row of the directory.
 */
export class SegmentSalvage {
  constructor(private readonly surroundings: Surroundings) {}

  /** @returns the events that the recorder would have sent, in order */
  async salvage(session: RecordingSessionView): Promise<EngineEvent[]> {
    const segments: EngineEvent[] = [];
    let last: CommittedEnd['lastSegment'];
    for (const directory of this.directoriesOf(session)) {
      const end = await this.surroundings.index.committedEnd(session.id, directory);
      last ??= end.lastSegment;
      for (const [number, objects] of await this.recoverIn(directory, end)) {
        const period = periodAfter(last, objects);
        last = { period, endMs: Math.max(...objects.map(endMsOf)), objects };
        const segment = { recordingSessionId: session.id, directory, number, period, objects };
        segments.push({ type: 'segment-closed', segment });
      }
    }
    return segments;
  }

  private async recoverIn(
    directory: string,
    { lastNumber, tracks }: CommittedEnd,
  ): Promise<ReadonlyMap<number, readonly RecordedObject[]>> {
    const { recover, rootPath, log } = this.surroundings;
    const { objects, quarantined } = await recover({ rootPath, directory, fromNumber: lastNumber + 1, tracks });
    for (const key of quarantined) log.warn(`${key} holds no media that can be told, and was put aside.`);
    return objects;
  }

  /** Where it recorded by its row, and the days after until now: a border may have been crossed without a row. */
  private directoriesOf({ stream, directory, baseDir, ...session }: RecordingSessionView): string[] {
    if (baseDir !== undefined) return [directory];
    const { calendar, clock } = this.surroundings;
    const directories = new Set([directory]);
    let epochMs = (session.anchorEpochMs ?? session.startedAt.getTime()) + session.endMs;
    for (; epochMs <= clock.epochMs() && directories.size < MOST_DIRECTORIES; epochMs = calendar.nextBorder(epochMs)) {
      directories.add(calendar.directoryOf(stream as StreamName, epochMs));
    }
    return [...directories];
  }
}

/** The same Period as long as media goes on without a break and with the same parameters. */
function periodAfter(last: CommittedEnd['lastSegment'], objects: readonly RecordedObject[]): number {
  if (last === undefined) return 0;
  const startMs = Math.min(...objects.map(({ startTicks, timescale }) => (startTicks * 1000) / timescale));
  const isSeamless = startMs - last.endMs <= SEAMLESS_MS;
  const hasSameTracks = objects.every(({ kind, trackId }) =>
    last.objects.every((before) => before.kind !== kind || before.trackId === trackId),
  );
  return isSeamless && hasSameTracks ? last.period : last.period + 1;
}

function endMsOf({ startTicks, durationTicks, timescale }: RecordedObject): number {
  return ((startTicks + durationTicks) * 1000) / timescale;
}
