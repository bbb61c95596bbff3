import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { instantColumn, nullableInstantColumn } from '../../../persistence/column-types.js';
import type { MediaKind } from '../../../media/codecs/codec.js';

/** The codec, parameters and init object of a run of segments of one session in one directory. */
@Entity('tracks')
@Index('tracks_init_object_ix', ['initObjectKey'])
@Index('tracks_session_ix', ['sessionId'])
export class TrackRow {
  @PrimaryColumn({ type: 'varchar', length: 1024 })
  directory!: string;

  @PrimaryColumn({ name: 'session_id', type: 'varchar', length: 64 })
  sessionId!: string;

  @PrimaryColumn({ name: 'track_id', type: 'varchar', length: 64 })
  trackId!: string;

  @Column({ type: 'varchar', length: 8 })
  kind!: MediaKind;

  @Column({ name: 'codec_name', type: 'varchar', length: 32 })
  codecName!: string;

  /** RFC 6381. */
  @Column({ name: 'codec_string', type: 'varchar', length: 64 })
  codecString!: string;

  @Column({ type: 'integer' })
  timescale!: number;

  @Column({ name: 'init_object_key', type: 'varchar', length: 1024 })
  initObjectKey!: string;

  @Column({ name: 'init_size_bytes', type: 'integer' })
  initSizeBytes!: number;

  @Column({ name: 'init_sha256', type: 'varchar', length: 64 })
  initSha256!: string;

  @Column({ type: 'integer', nullable: true })
  width!: number | null;

  @Column({ type: 'integer', nullable: true })
  height!: number | null;

  @Column({ name: 'sample_rate', type: 'integer', nullable: true })
  sampleRate!: number | null;

  @Column({ type: 'integer', nullable: true })
  channels!: number | null;

  /** Since when no store has the init object, so that nothing can play the track; null while one has. */
  @Column({ name: 'lost_at', ...nullableInstantColumn })
  lostAt!: Date | null;

  @Column({ name: 'created_at', ...instantColumn })
  createdAt!: Date;
}
