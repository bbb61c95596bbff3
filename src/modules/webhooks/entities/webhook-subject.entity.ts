import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { instantColumn } from '../../../persistence/column-types.js';

/** A session, a recording, a stream or a node that events are about: how many there were, and the last. */
@Entity('webhook_subjects')
@Index('webhook_subjects_open_ix', ['nodeAlias', 'isOpen', 'id'])
export class WebhookSubject {
  /** `publish:` and the id of the session, `stream:` and its name. */
  @PrimaryColumn({ type: 'varchar', length: 300 })
  id!: string;

  @Column({ name: 'node_alias', type: 'varchar', length: 255 })
  nodeAlias!: string;

  @Column({ type: 'varchar', length: 255, nullable: true })
  stream!: string | null;

  /** Of the last event, from 1. */
  @Column({ type: 'integer' })
  sequence!: number;

  @Column({ name: 'last_type', type: 'varchar', length: 40 })
  lastType!: string;

  /** 1 until an event says that it is over. */
  @Column({ name: 'is_open', type: 'integer' })
  isOpen!: 0 | 1;

  @Column({ name: 'opened_at', ...instantColumn })
  openedAt!: Date;

  @Column({ name: 'updated_at', ...instantColumn })
  updatedAt!: Date;
}
