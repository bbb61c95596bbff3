import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { instantColumn } from '../../../persistence/column-types.js';

/** `deleted`: somebody asked for it, `expired`: retention did. */
export const DELETION_REASONS = ['deleted', 'expired'] as const;
export type DeletionReason = (typeof DELETION_REASONS)[number];

/** When what was deleted of a session in a directory had been recorded. */
@Entity('deleted_stretches')
@Index('deleted_stretches_stream_ix', ['stream', 'endedAt'])
@Index('deleted_stretches_session_ix', ['sessionId'])
@Index('deleted_stretches_time_ix', ['endedAt'])
export class DeletedStretch {
  @PrimaryColumn({ type: 'varchar', length: 1024 })
  directory!: string;

  @PrimaryColumn({ name: 'session_id', type: 'varchar', length: 64 })
  sessionId!: string;

  @PrimaryColumn({ type: 'varchar', length: 16 })
  reason!: DeletionReason;

  @Column({ type: 'varchar', length: 255 })
  stream!: string;

  /** Wall clock of its first media. */
  @Column({ name: 'started_at', ...instantColumn })
  startedAt!: Date;

  /** Wall clock of the end of its last media. */
  @Column({ name: 'ended_at', ...instantColumn })
  endedAt!: Date;
}
