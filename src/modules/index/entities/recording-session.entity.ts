import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import {
  bigNumberColumn,
  instantColumn,
  jsonColumn,
  nullableBigNumberColumn,
  nullableInstantColumn,
} from '../../../persistence/column-types.js';
import type {
  RecordingSessionReason,
  RecordingSessionState,
  RecordingTrigger,
  UnrecordedTrack,
} from '../sessions/recording-session.js';

/** One recording of one stream from start to end, over reconnects inside the window. */
@Entity('recording_sessions')
@Index('recording_sessions_running_uq', ['stream', 'nodeAlias'], {
  unique: true,
  where: `"state" IN ('waiting', 'recording', 'interrupted')`,
})
@Index('recording_sessions_stream_ix', ['stream', 'startedAt'])
@Index('recording_sessions_started_ix', ['startedAt', 'id'])
@Index('recording_sessions_node_ix', ['nodeAlias', 'startedAt', 'id'])
@Index('recording_sessions_unpublished_ix', ['startedAt'], { where: `"published_at" IS NULL` })
@Index('recording_sessions_updated_ix', ['updatedAt', 'id'])
@Index('recording_sessions_state_ix', ['state'])
@Index('recording_sessions_directory_ix', ['directory'])
@Index('recording_sessions_open_ix', ['stream'], { where: `"ended_at" IS NULL` })
@Index('recording_sessions_size_ix', ['stream', 'endedAt', 'sizeBytes'], { where: `"ended_at" IS NOT NULL` })
export class RecordingSession {
  @PrimaryColumn({ type: 'varchar', length: 64 })
  id!: string;

  @Column({ type: 'varchar', length: 255 })
  stream!: string;

  @Column({ name: 'node_alias', type: 'varchar', length: 255 })
  nodeAlias!: string;

  @Column({ type: 'varchar', length: 16 })
  trigger!: RecordingTrigger;

  @Column({ type: 'varchar', length: 16 })
  state!: RecordingSessionState;

  @Column({ type: 'varchar', length: 64, nullable: true })
  reason!: RecordingSessionReason | null;

  /** Where it records now, or ended. */
  @Column({ type: 'varchar', length: 1024 })
  directory!: string;

  @Column({ name: 'base_dir', type: 'varchar', length: 1024, nullable: true })
  baseDir!: string | null;

  @Column({ name: 'mpd_path', type: 'varchar', length: 1024 })
  mpdPath!: string;

  @Column({ name: 'started_at', ...instantColumn })
  startedAt!: Date;

  /** Since when no publisher has been heard. */
  @Column({ name: 'interrupted_at', ...nullableInstantColumn })
  interruptedAt!: Date | null;

  @Column({ name: 'ended_at', ...nullableInstantColumn })
  endedAt!: Date | null;

  /** Wall clock of session time 0; null before the first media. */
  @Column({ name: 'anchored_at', ...nullableInstantColumn })
  anchoredAt!: Date | null;

  /** Session time of the first committed media. */
  @Column({ name: 'first_media_ms', ...nullableBigNumberColumn })
  firstMediaMs!: number | null;

  /** Session time that is taken: where the last committed media ends. */
  @Column({ name: 'end_ms', ...bigNumberColumn })
  endMs!: number;

  /** Media without the gaps between. */
  @Column({ name: 'duration_ms', ...bigNumberColumn })
  durationMs!: number;

  @Column({ name: 'size_bytes', ...bigNumberColumn })
  sizeBytes!: number;

  @Column({ name: 'segment_count', type: 'integer' })
  segmentCount!: number;

  /** Number that the next Period gets. */
  @Column({ name: 'next_period', type: 'integer' })
  nextPeriod!: number;

  @Column({ name: 'gap_count', type: 'integer' })
  gapCount!: number;

  @Column({ name: 'gap_ms', ...bigNumberColumn })
  gapMs!: number;

  /** What publishers sent that could not be recorded; null for nothing. */
  @Column({ ...jsonColumn, nullable: true })
  unrecorded!: readonly UnrecordedTrack[] | null;

  /** Since when it must not be deleted, by anybody. */
  @Column({ name: 'held_at', ...nullableInstantColumn })
  heldAt!: Date | null;

  /** What a manager with an index of its own has said: that it has the session, then that it need not be told of any more. */
  @Column({ name: 'sync_state', type: 'varchar', length: 8, nullable: true })
  syncState!: 'acked' | 'dropped' | null;

  /** Since when manifests and session files say how it ended; null until then. */
  @Column({ name: 'published_at', ...nullableInstantColumn })
  publishedAt!: Date | null;

  @Column({ name: 'created_at', ...instantColumn })
  createdAt!: Date;

  @Column({ name: 'updated_at', ...instantColumn })
  updatedAt!: Date;
}
