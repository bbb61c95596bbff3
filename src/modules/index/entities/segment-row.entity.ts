import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { RecordedObject } from '../../../engine/index.js';
import {
  bigNumberColumn,
  instantColumn,
  jsonColumn,
  nullableInstantColumn,
} from '../../../persistence/column-types.js';
import { packedObjectsColumn } from './packed-objects.js';

/**
 * Where the bytes of a segment are, as far as they are not lost: in the folder it was recorded into, on their way to the
 * bucket, verified there; `lost` when nothing of it is anywhere.
 */
export type SegmentState = 'local' | 'uploading' | 'stored' | 'lost';

/** One segment number of a directory, all tracks. Exists only for bytes that were synced. */
@Entity('segments')
@Index('segments_session_ix', ['sessionId', 'directory', 'number'])
@Index('segments_time_ix', ['sessionId', 'startMs'])
@Index('segments_lost_ix', ['sessionId', 'startMs', 'durationMs'], { where: `"state" = 'lost'` })
@Index('segments_partly_lost_ix', ['sessionId', 'lostTracks'], { where: `"lost_tracks" IS NOT NULL` })
@Index('segments_state_ix', ['state', 'releasedAt', 'createdAt'])
@Check('segments_objects_ck', `"objects" LIKE '"%'`)
export class SegmentRow {
  @PrimaryColumn({ type: 'varchar', length: 1024 })
  directory!: string;

  /** From 1, runs on over the sessions of a directory. */
  @PrimaryColumn({ type: 'integer' })
  number!: number;

  @Column({ name: 'session_id', type: 'varchar', length: 64 })
  sessionId!: string;

  /** Counts the Periods of the session from 0. */
  @Column({ type: 'integer' })
  period!: number;

  /** Session time. */
  @Column({ name: 'start_ms', ...bigNumberColumn })
  startMs!: number;

  @Column({ name: 'duration_ms', ...bigNumberColumn })
  durationMs!: number;

  @Column({ name: 'size_bytes', ...bigNumberColumn })
  sizeBytes!: number;

  @Column({ type: 'varchar', length: 16 })
  state!: SegmentState;

  /** Since when only the bucket has the bytes. */
  @Column({ name: 'released_at', ...nullableInstantColumn })
  releasedAt!: Date | null;

  /** As they were recorded, which never changes. */
  @Column(packedObjectsColumn)
  objects!: readonly RecordedObject[];

  /** Tracks whose object is nowhere while that of another one is somewhere; null for none, and when all are lost. */
  @Column({ name: 'lost_tracks', ...jsonColumn, nullable: true })
  lostTracks!: readonly string[] | null;

  /** Of what is lost of it, altogether or not. */
  @Column({ name: 'lost_bytes', ...bigNumberColumn, default: 0 })
  lostBytes!: number;

  @Column({ name: 'created_at', ...instantColumn })
  createdAt!: Date;
}
