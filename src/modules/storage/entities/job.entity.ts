import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import {
  idColumn,
  instantColumn,
  nullableBigNumberColumn,
  nullableInstantColumn,
} from '../../../persistence/column-types.js';

/**
 * `release` takes the local copy of what the bucket has; `discard` takes the copies of what has another key now, and
 * leaves the bucket alone, where the key is somebody else's. A `call` is about no object: its key says who is called.
 */
export type JobKind = 'upload' | 'delete' | 'release' | 'discard' | 'call';

/** Views are small and wanted at once, and removals make room: neither waits behind a day of media, and calls wait for no store. */
export type JobLane = 'media' | 'view' | 'removal' | 'call';

/** Work that was decided in a transaction and is done after it, as often as it takes. One per kind, object and node. */
@Entity('jobs')
@Index('jobs_due_ix', ['nodeAlias', 'lane', 'dueAt'])
@Index('jobs_object_uq', ['kind', 'objectKey', 'nodeAlias'], { unique: true })
export class Job {
  @PrimaryColumn(idColumn)
  id!: string;

  @Column({ type: 'varchar', length: 32 })
  kind!: JobKind;

  @Column({ type: 'varchar', length: 8 })
  lane!: JobLane;

  @Column({ name: 'object_key', type: 'varchar', length: 1024 })
  objectKey!: string;

  /** Whose spool has the bytes. */
  @Column({ name: 'node_alias', type: 'varchar', length: 255 })
  nodeAlias!: string;

  /** Grows when the same is asked for again: what was begun before is not the newest any more. */
  @Column({ type: 'integer' })
  generation!: number;

  /** What the row of the object promises; null for views. */
  @Column({ name: 'size_bytes', ...nullableBigNumberColumn })
  sizeBytes!: number | null;

  @Column({ type: 'varchar', length: 64, nullable: true })
  sha256!: string | null;

  @Column({ type: 'integer' })
  attempts!: number;

  /** Not to be tried before, and the place in the lane's line. */
  @Column({ name: 'due_at', ...instantColumn })
  dueAt!: Date;

  @Column({ name: 'last_error', type: 'text', nullable: true })
  lastError!: string | null;

  /** The generation that the backup storage has of the object while the bucket fails; null when it has none. */
  @Column({ name: 'backed_up_generation', type: 'integer', nullable: true })
  backedUpGeneration!: number | null;

  /** The store that took bytes for this upload which were not found to be right since: what is broken there is ours. */
  @Column({ name: 'sent_to', type: 'varchar', length: 8, nullable: true })
  sentTo!: 'bucket' | 'backup' | null;

  /** Of a deletion: since when only the stores lack it, as nothing is left here. */
  @Column({ name: 'deleted_here_at', ...nullableInstantColumn })
  deletedHereAt!: Date | null;

  @Column({ name: 'created_at', ...instantColumn })
  createdAt!: Date;
}
