import { unpacked, type ReadSegment } from './read-segment.js';
import type { RecordedPart } from './recorded-part.js';

/** Three days of segments of six seconds: some 8 MB. */
const MOST_SEGMENTS = 45_000;
/** What is less of a part than one in so many must not keep all of it in memory. */
const KEPT_SHARE = 2;
/** Two changes in one millisecond look like one: what changed so lately may change again. */
const SETTLED_MS = 2_000;

interface FinishedPart {
  readonly version: string;
  /** What was read of it, in session time. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly segments: readonly ReadSegment[];
}

/**
 * Segments of sessions that are over, for every view that shows some of them. Whatever changes what is shown of a session
 * (a deletion, a trim, a late segment, lost or renamed objects) says so in the session's row, in the same transaction
 * (`sessions/session-changes.ts`): what was read stays true for as long as that row says what it said before the reading.
 */
export class FinishedParts {
  private readonly parts = new Map<string, FinishedPart>();

  /** @returns the segments of the part's range; undefined when they have to be read */
  find(part: RecordedPart, lostCount: number): readonly ReadSegment[] | undefined {
    const key = keyOf(part);
    const found = this.parts.get(key);
    const [fromMs, toMs] = stretchOf(part);
    if (found?.version !== versionOf(part, lostCount)) return undefined;
    if (found.fromMs > fromMs || found.toMs < toMs) return undefined;
    this.parts.delete(key);
    this.parts.set(key, found);
    const segments = found.segments.filter(
      ({ number, startMs, endMs }) => number >= part.firstNumber && startMs < part.toMs && endMs > part.fromMs,
    );
    const isSmall = KEPT_SHARE * segments.length < found.segments.length;
    return isSmall ? segments.map(unpacked) : segments;
  }

  /** @param segments all of the part's range, read after its row was */
  keep(part: RecordedPart, lostCount: number, segments: readonly ReadSegment[], nowMs = Date.now()): void {
    const { finishedAsOfMs } = part;
    if (finishedAsOfMs === undefined || nowMs - finishedAsOfMs < SETTLED_MS) return;
    const key = keyOf(part);
    const version = versionOf(part, lostCount);
    const [fromMs, toMs] = stretchOf(part);
    const before = this.parts.get(key);
    if (before?.version === version && before.toMs - before.fromMs > toMs - fromMs) return;
    this.parts.delete(key);
    this.parts.set(key, { version, fromMs, toMs, segments });
    this.trim();
  }

  /** The part that was kept last stays, however large. */
  private trim(): void {
    let count = 0;
    for (const { segments } of this.parts.values()) count += segments.length;
    for (const [key, { segments }] of this.parts) {
      if (count <= MOST_SEGMENTS || this.parts.size === 1) return;
      count -= segments.length;
      this.parts.delete(key);
    }
  }
}

function keyOf({ directory, sessionId }: RecordedPart): string {
  return `${directory}/${sessionId}`;
}

function stretchOf({ fromMs, toMs, startMs, endMs }: RecordedPart): [number, number] {
  return [Math.max(fromMs, startMs), Math.min(toMs, endMs)];
}

function versionOf({ finishedAsOfMs, startMs, endMs, segmentCount }: RecordedPart, lostCount: number): string {
  return [finishedAsOfMs, startMs, endMs, segmentCount, lostCount].join(' ');
}
