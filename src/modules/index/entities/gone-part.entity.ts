import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { bigNumberColumn, instantColumn } from '../../../persistence/column-types.js';

/**
 * How much of what a session had in a directory of which nothing is left went with one change, when the places of its
 * segments are forgotten. A way to count adds up those of the changes after its own.
 */
@Entity('gone_parts')
@Index('gone_parts_stream_ix', ['stream', 'endedAt'])
@Index('gone_parts_session_ix', ['sessionId'])
@Index('gone_parts_time_ix', ['endedAt'])
export class GonePart {
  @PrimaryColumn({ type: 'varchar', length: 1024 })
  directory!: string;

  @PrimaryColumn({ name: 'session_id', type: 'varchar', length: 64 })
  sessionId!: string;

  /** By which it went: see GoneSegment. */
  @PrimaryColumn({ name: 'gone_with', ...bigNumberColumn })
  change!: number;

  @Column({ type: 'varchar', length: 255 })
  stream!: string;

  /** Session time of the first media that went with this change. */
  @Column({ name: 'start_ms', ...bigNumberColumn })
  startMs!: number;

  /** Wall clock of the end of the last media that the session had in the directory. */
  @Column({ name: 'ended_at', ...instantColumn })
  endedAt!: Date;

  @Column({ name: 'segment_count', type: 'integer' })
  segmentCount!: number;

  /** How many more there are for whom this did not go before; each begins with a discontinuity. */
  @Column({ name: 'period_count', type: 'integer' })
  periodCount!: number;
}
