import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { RecordedObject } from '../../../engine/index.js';
import { bigNumberColumn, instantColumn, jsonColumn } from '../../../persistence/column-types.js';

/** As far as manifests say anything of it. */
export type GoneObject = Pick<
  RecordedObject,
  'trackId' | 'kind' | 'objectKey' | 'sizeBytes' | 'startTicks' | 'durationTicks' | 'timescale' | 'independent'
>;

/**
 * The place of a segment that went away while its stream was recorded: who watches counts it. What went away long ago has one
 * place for all segments that play through, of which nobody sees more than where they begin and how many they are.
 */
@Entity('gone_segments')
@Index('gone_segments_stream_ix', ['stream', 'change'])
@Index('gone_segments_directory_ix', ['directory', 'change'])
@Index('gone_segments_session_ix', ['sessionId', 'change'])
@Index('gone_segments_time_ix', ['endedAt'])
export class GoneSegment {
  @PrimaryColumn({ type: 'varchar', length: 1024 })
  directory!: string;

  @PrimaryColumn({ type: 'integer' })
  number!: number;

  /** Of the last segment that it is the place of; null where it is that of one. */
  @Column({ name: 'last_number', type: 'integer', nullable: true })
  lastNumber!: number | null;

  @Column({ type: 'varchar', length: 255 })
  stream!: string;

  @Column({ name: 'session_id', type: 'varchar', length: 64 })
  sessionId!: string;

  /** By which it went: milliseconds since 1970, more than those of all changes of the stream before. */
  @Column({ name: 'gone_with', ...bigNumberColumn })
  change!: number;

  /** Counts the Periods of the session from 0. */
  @Column({ type: 'integer' })
  period!: number;

  /** Session time. */
  @Column({ name: 'start_ms', ...bigNumberColumn })
  startMs!: number;

  /** Wall clock of its first media. */
  @Column({ name: 'started_at', ...instantColumn })
  startedAt!: Date;

  /** Wall clock of the end of its media. */
  @Column({ name: 'ended_at', ...instantColumn })
  endedAt!: Date;

  @Column(jsonColumn)
  objects!: readonly GoneObject[];
}
