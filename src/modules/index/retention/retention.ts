import type { EntityManager } from 'typeorm';
import type { Clock } from '../../../shared/clock.js';
import { AppError } from '../../../shared/errors.js';
import type { OutboxService } from '../../storage/outbox.service.js';
import type { Deletion } from '../deletion/delete-recordings.js';
import type { RecordingDeletionService } from '../deletion/recording-deletion.service.js';
import type { RecordingSession } from '../entities/index.js';
import { UNFINISHED_STATES } from '../sessions/recording-session.js';
import {
  findBegunBefore,
  findEndOfOldest,
  findOldestDeletable,
  findOldestRunning,
  findStreams,
  findUsedBytes,
  isUploading,
  type DeletableFilter,
} from './deletable-sessions.js';
import type { RetentionPolicy, StreamLimits } from './retention-policy.js';

/**
 * A session that is longer than its age goes in pieces of this length at most, of a 24th of shorter ages, and one that is
 * too large by a 24th more than it has to: with each piece the files of its directory are written anew.
 */
const LONGEST_PIECE_MS = 3_600_000;
const PIECES = 24;

/** What retention works with. */
export interface RetentionContext {
  readonly manager: EntityManager;
  readonly deletion: Pick<RecordingDeletionService, 'deleteSessions' | 'trimSession'>;
  readonly outbox: Pick<OutboxService, 'hasBucket' | 'doomedBytes'>;
  /** What an ordinary user may still write. */
  readonly freeBytes: () => Promise<number>;
  readonly clock: Pick<Clock, 'epochMs'>;
}

/** What a run deleted. */
export interface RetentionReport {
  readonly sessions: number;
  readonly segments: number;
  readonly bytes: number;
}

/**
 * One look at everything that is kept, and the deletion of what the policy says: what is too old first, then the oldest
 * sessions until sizes and free space are right, then where the policy says so the beginning of what records. What is held
 * or is not in the bucket yet stays.
 */
export class RetentionRun {
  private readonly report = { sessions: 0, segments: 0, bytes: 0 };
  /** Sessions that could not be deleted after all. */
  private readonly refused: string[] = [];

  /** @param isCancelled asked between deletions */
  constructor(
    private readonly context: RetentionContext,
    private readonly policy: RetentionPolicy,
    private readonly isCancelled: () => boolean,
  ) {}

  async run(): Promise<RetentionReport> {
    const { manager } = this.context;
    const { maxBytes, minFreeBytes } = this.policy;
    for (const stream of await findStreams(manager)) await this.limit(stream, this.policy.limitsOf(stream));
    if (maxBytes !== undefined) await this.deleteExcess(await this.excessOver(maxBytes));
    if (minFreeBytes !== undefined) await this.deleteExcess(async () => minFreeBytes - (await this.expectedBytes()));
    return this.report;
  }

  private async limit(stream: string, { maxAgeMs, maxBytes }: StreamLimits): Promise<void> {
    if (maxAgeMs !== undefined) await this.limitAge(stream, maxAgeMs);
    if (maxBytes !== undefined) await this.deleteExcess(await this.excessOver(maxBytes, stream), stream);
  }

  /** Summed up once: what comes meanwhile is for the next run. */
  private async excessOver(maxBytes: number, stream?: string): Promise<() => Promise<number>> {
    const excess = (await findUsedBytes(this.context.manager, stream)) - maxBytes;
    const before = this.report.bytes;
    return () => Promise.resolve(excess - (this.report.bytes - before));
  }

  private async limitAge(stream: string, maxAgeMs: number): Promise<void> {
    const endedBy = new Date(this.context.clock.epochMs() - maxAgeMs);
    const pieceMs = Math.min(LONGEST_PIECE_MS, maxAgeMs / PIECES);
    for (const session of await findBegunBefore(this.context.manager, stream, endedBy)) {
      if (this.isCancelled()) return;
      if (await this.isOver(session, endedBy)) await this.delete(session);
      else if (firstMediaMs(session) <= endedBy.getTime() - pieceMs) await this.trim(session, endedBy);
    }
  }

  /** Nothing of it is younger, and all of it may go. */
  private async isOver(session: RecordingSession, endedBy: Date): Promise<boolean> {
    if (UNFINISHED_STATES.includes(session.state)) return false;
    const endMs = Math.max(anchorMs(session) + session.endMs, session.endedAt?.getTime() ?? 0);
    return (
      endMs <= endedBy.getTime() && !(this.waitsForUploads && (await isUploading(this.context.manager, session.id)))
    );
  }

  /** @param excess bytes that are too many; none when it is not more than 0 */
  private async deleteExcess(excess: () => Promise<number>, stream?: string): Promise<void> {
    for (let bytes = await excess(); bytes > 0 && !this.isCancelled(); bytes = await excess()) {
      const all: DeletableFilter = { onlyStored: this.waitsForUploads, exceptIds: this.refused };
      const filter = stream === undefined ? all : { ...all, stream };
      const { manager } = this.context;
      const oldest = await findOldestDeletable(manager, filter);
      if (oldest !== null) {
        await this.delete(oldest);
        continue;
      }
      const running = this.policy.trimsRunning ? await findOldestRunning(manager, filter) : null;
      if (running === null) return;
      await this.trimBytes(running, bytes);
    }
  }

  /** With something over, so that the files of its directory are not written anew for each segment. */
  private async trimBytes(session: RecordingSession, bytes: number): Promise<void> {
    const { manager, deletion, outbox } = this.context;
    const endMs = await findEndOfOldest(manager, session.id, bytes + session.sizeBytes / PIECES);
    const endedBy = new Date(anchorMs(session) + (endMs ?? 0));
    const deleted = await deletion.trimSession(session.id, { endedBy, onlyStored: outbox.hasBucket });
    this.count(deleted);
    this.refused.push(session.id);
  }

  private get waitsForUploads(): boolean {
    return this.context.outbox.hasBucket && this.policy.onlyStored;
  }

  /** Free space once what is deleted already has left the disk. */
  private async expectedBytes(): Promise<number> {
    return (await this.context.freeBytes()) + (await this.context.outbox.doomedBytes());
  }

  private async delete({ id }: RecordingSession): Promise<void> {
    try {
      this.count(await this.context.deletion.deleteSessions([id], true, 'expired'));
      this.report.sessions += 1;
    } catch (error) {
      // Held, or deleted by somebody else, in this very moment.
      if (!(error instanceof AppError)) throw error;
      this.refused.push(id);
    }
  }

  private async trim({ id }: RecordingSession, endedBy: Date): Promise<void> {
    this.count(await this.context.deletion.trimSession(id, { endedBy, onlyStored: this.waitsForUploads }));
  }

  private count({ segmentCount, sizeBytes }: Deletion): void {
    this.report.segments += segmentCount;
    this.report.bytes += sizeBytes;
  }
}

/** Wall clock of session time 0. */
function anchorMs({ anchoredAt, startedAt }: RecordingSession): number {
  return (anchoredAt ?? startedAt).getTime();
}

/** Wall clock of its first media. */
function firstMediaMs(session: RecordingSession): number {
  return session.firstMediaMs === null ? Infinity : anchorMs(session) + session.firstMediaMs;
}
