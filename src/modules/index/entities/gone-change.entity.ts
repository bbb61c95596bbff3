import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { bigNumberColumn, instantColumn } from '../../../persistence/column-types.js';

/** The last change of a stream by which something went away: it only grows, though what went may come back. */
@Entity('gone_changes')
@Index('gone_changes_time_ix', ['updatedAt'])
export class GoneChange {
  @PrimaryColumn({ type: 'varchar', length: 255 })
  stream!: string;

  /** See GoneSegment. */
  @Column({ name: 'gone_with', ...bigNumberColumn })
  change!: number;

  @Column({ name: 'updated_at', ...instantColumn })
  updatedAt!: Date;
}
