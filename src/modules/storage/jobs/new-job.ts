import { randomUUID } from 'node:crypto';
import type { Job, JobKind, JobLane } from '../entities/job.entity.js';
import type { ObjectKey } from '../ports/object-key.js';

/** What is to be done. */
export interface JobOrder {
  readonly kind: JobKind;
  readonly lane: JobLane;
  readonly key: ObjectKey;
  readonly sizeBytes?: number | undefined;
  readonly sha256?: string | undefined;
}

/** The row of a job that nobody has tried yet. */
export function newJob(
  { kind, lane, key, sizeBytes, sha256 }: JobOrder,
  { nodeAlias, dueAt }: Pick<Job, 'nodeAlias' | 'dueAt'>,
): Job {
  return {
    id: randomUUID(),
    kind,
    lane,
    objectKey: key,
    nodeAlias,
    generation: 1,
    sizeBytes: sizeBytes ?? null,
    sha256: sha256 ?? null,
    attempts: 0,
    dueAt,
    lastError: null,
    backedUpGeneration: null,
    sentTo: null,
    deletedHereAt: null,
    createdAt: new Date(),
  };
}
