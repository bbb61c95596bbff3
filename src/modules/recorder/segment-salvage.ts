import type { EngineEvent, RecordedObject, recoverOpenSegments, RecoveredSegments } from '../../engine/index.js';
import { ticksToMs } from '../../media/timeline/ticks.js';
import type { Clock } from '../../shared/clock.js';
import type { RecordingSessionView } from '../index/index.service.js';
import type { CommittedSegment, RecordedSessionsService } from '../index/recorded-sessions.service.js';
import type { FailureLog } from '../signaling/ports/failure-log.js';
import type { StreamName } from '../signaling/ports/stream-name.js';
import type { RecordingCalendar } from './recording-calendar.js';

/** Media that begins later than this after the last is another Period: there was a break. */
const SEAMLESS_MS = 100;
/** A session whose rows never came may have crossed a border or two; more is not looked for. */
const MOST_DIRECTORIES = 3;

interface Surroundings {
  readonly sessions: Pick<RecordedSessionsService, 'committedPart' | 'segmentBefore'>;
  readonly recover: typeof recoverOpenSegments;
  readonly rootPath: string;
  readonly calendar: RecordingCalendar;
  readonly clock: Clock;
  readonly log: FailureLog;
}

/**
 * Makes segments, and where their rows are missing tracks too, of the files that a process or worker left behind when it
 * died: those with a number from the session's first one on that has no row.
 */
export class SegmentSalvage {
  constructor(private readonly surroundings: Surroundings) {}

  /** @returns the events that the recorder would have sent, in order */
  async salvage(session: RecordingSessionView): Promise<EngineEvent[]> {
    const events: EngineEvent[] = [];
    let last: CommittedSegment | undefined;
    for (const directory of this.directoriesOf(session)) {
      const { tracks, objects } = await this.recoverIn(directory, session);
      for (const track of tracks) events.push({ type: 'track-recorded', recordingSessionId: session.id, track });
      for (const [number, found] of objects) {
        const before = laterOf(last, await this.surroundings.sessions.segmentBefore(session.id, directory, number));
        const recovered = segmentAfter(before, found);
        if (recovered === undefined) {
          this.surroundings.log.warn(`Segment ${number} in ${directory} is not of this session, nor is what follows.`);
          return events;
        }
        last = recovered;
        const { period } = recovered;
        const segment = { recordingSessionId: session.id, directory, number, period, objects: found };
        events.push({ type: 'segment-closed', segment });
      }
    }
    return events;
  }

  private async recoverIn(
    directory: string,
    { id, startedAt }: RecordingSessionView,
  ): Promise<Pick<RecoveredSegments, 'tracks' | 'objects'>> {
    const { sessions, recover, rootPath, log } = this.surroundings;
    const { firstNumber, numbers, tracks, knownInits } = await sessions.committedPart(id, directory);
    const recovered = await recover({
      rootPath,
      directory,
      fromNumber: firstNumber,
      committedNumbers: numbers,
      tracks,
      knownInits,
      sessionStartedMs: startedAt.getTime(),
    });
    for (const key of recovered.quarantined) log.warn(`${key} holds no media that can be told, and was put aside.`);
    return recovered;
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

function laterOf(one: CommittedSegment | undefined, other: CommittedSegment | undefined): CommittedSegment | undefined {
  return (one?.startMs ?? -1) >= (other?.startMs ?? -1) ? one : other;
}

/** @returns undefined when it does not begin after the one with the number before: numbers and times of a session grow together */
function segmentAfter(
  before: CommittedSegment | undefined,
  objects: readonly RecordedObject[],
): CommittedSegment | undefined {
  const startMs = Math.min(...objects.map(({ startTicks, timescale }) => ticksToMs(startTicks, timescale)));
  const endMs = Math.max(...objects.map(endMsOf));
  if (before === undefined) return { period: 0, startMs, endMs, objects };
  return startMs > before.startMs
    ? { period: periodAfter(before, startMs, objects), startMs, endMs, objects }
    : undefined;
}

/** The same Period as long as media goes on without a break and with the same parameters. */
function periodAfter(before: CommittedSegment, startMs: number, objects: readonly RecordedObject[]): number {
  const isSeamless = startMs - before.endMs <= SEAMLESS_MS;
  const hasSameTracks = objects.every(({ kind, trackId }) =>
    before.objects.every((earlier) => earlier.kind !== kind || earlier.trackId === trackId),
  );
  return isSeamless && hasSameTracks ? before.period : before.period + 1;
}

function endMsOf({ startTicks, durationTicks, timescale }: RecordedObject): number {
  return ticksToMs(startTicks + durationTicks, timescale);
}
