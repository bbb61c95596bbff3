import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { bigNumberColumn, instantColumn } from '../../../persistence/column-types.js';

/** The sequence numbers of one segment of a stream, by which all others in windows that move have theirs. */
@Entity('window_places')
@Index('window_places_time_ix', ['updatedAt'])
export class WindowPlace {
  @PrimaryColumn({ type: 'varchar', length: 255 })
  stream!: string;

  /** Which way to count its entries; 0 for the plain one. */
  @PrimaryColumn(bigNumberColumn)
  places!: number;

  @Column({ name: 'session_id', type: 'varchar', length: 64 })
  sessionId!: string;

  /** Session time of the segment. */
  @Column({ name: 'start_ms', ...bigNumberColumn })
  startMs!: number;

  /** Wall clock of it. */
  @Column({ name: 'started_at', ...instantColumn })
  startedAt!: Date;

  @Column({ name: 'media_sequence', ...bigNumberColumn })
  mediaSequence!: number;

  @Column({ name: 'discontinuity_sequence', ...bigNumberColumn })
  discontinuitySequence!: number;

  @Column({ name: 'updated_at', ...instantColumn })
  updatedAt!: Date;
}
