import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { idColumn, instantColumn } from '../../../persistence/column-types.js';

export type JobKind = 'upload' | 'delete';

/** Work that was decided in a transaction and is done after it, as often as it takes. */
@Entity('jobs')
@Index('jobs_due_ix', ['kind', 'dueAt'])
export class Job {
  @PrimaryColumn(idColumn)
  id!: string;

  @Column({ type: 'varchar', length: 32 })
  kind!: JobKind;

  @Column({ name: 'object_key', type: 'varchar', length: 1024 })
  objectKey!: string;

  @Column({ type: 'integer' })
  attempts!: number;

  /** Not to be tried before. */
  @Column({ name: 'due_at', ...instantColumn })
  dueAt!: Date;

  @Column({ name: 'last_error', type: 'text', nullable: true })
  lastError!: string | null;

  @Column({ name: 'created_at', ...instantColumn })
  createdAt!: Date;
}
