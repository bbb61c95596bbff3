import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { idColumn, instantColumn } from '../../../persistence/column-types.js';

/** Something that somebody did, or was refused. */
@Entity('audit_events')
@Index('audit_events_time_ix', ['happenedAt', 'id'])
@Index('audit_events_stream_ix', ['stream', 'happenedAt', 'id'])
export class AuditEvent {
  @PrimaryColumn(idColumn)
  id!: string;

  /** Of several that are one row, the last. */
  @Column({ name: 'happened_at', ...instantColumn })
  happenedAt!: Date;

  /** The server that was asked. */
  @Column({ name: 'node_alias', type: 'varchar', length: 255 })
  nodeAlias!: string;

  @Column({ type: 'varchar', length: 40 })
  event!: string;

  /** `ok`, or the code of the problem that was answered. */
  @Column({ type: 'varchar', length: 64 })
  outcome!: string;

  /** An account, or what a token calls its bearer; never a secret. */
  @Column({ type: 'varchar', length: 255 })
  actor!: string;

  @Column({ type: 'varchar', length: 64 })
  address!: string;

  @Column({ type: 'varchar', length: 255, nullable: true })
  stream!: string | null;

  /** The id of what it was done to, or the route that was refused. */
  @Column({ type: 'varchar', length: 255, nullable: true })
  subject!: string | null;

  /** More of what was done. */
  @Column({ type: 'varchar', length: 255, nullable: true })
  detail!: string | null;

  /** How often: what is refused again and again within a minute is one row. */
  @Column({ type: 'integer' })
  times!: number;
}
