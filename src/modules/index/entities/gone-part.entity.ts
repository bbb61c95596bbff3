import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { bigNumberColumn, instantColumn } from '../../../persistence/column-types.js';

/** How much a session had in a directory of which nothing is left, when the places of its segments are forgotten. */
@Entity('gone_parts')
@Index('gone_parts_stream_ix', ['stream', 'endedAt'])
@Index('gone_parts_session_ix', ['sessionId'])
@Index('gone_parts_time_ix', ['endedAt'])
export class GonePart {
  @PrimaryColumn({ type: 'varchar', length: 1024 })
  directory!: string;

  @PrimaryColumn({ name: 'session_id', type: 'varchar', length: 64 })
  sessionId!: string;

  @Column({ type: 'varchar', length: 255 })
  stream!: string;

  /** Session time of its first media. */
  @Column({ name: 'start_ms', ...bigNumberColumn })
  startMs!: number;

  /** Wall clock of the end of its last media. */
  @Column({ name: 'ended_at', ...instantColumn })
  endedAt!: Date;

  @Column({ name: 'segment_count', type: 'integer' })
  segmentCount!: number;

  /** Each begins with a discontinuity. */
  @Column({ name: 'period_count', type: 'integer' })
  periodCount!: number;
}
