import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { idColumn, instantColumn, nullableInstantColumn } from '../../../persistence/column-types.js';

export type DeliveryState = 'pending' | 'delivered' | 'failed';

/** One event for one target: to be told, told, or given up. */
@Entity('webhook_deliveries')
@Index('webhook_deliveries_target_ix', ['targetId', 'state', 'id'])
@Index('webhook_deliveries_time_ix', ['happenedAt', 'id'])
export class WebhookDelivery {
  /** They sort as they were made. */
  @PrimaryColumn(idColumn)
  id!: string;

  @Column({ name: 'target_id', ...idColumn })
  targetId!: string;

  /** The same for all targets. */
  @Column({ name: 'event_id', ...idColumn })
  eventId!: string;

  @Column({ name: 'event_type', type: 'varchar', length: 40 })
  eventType!: string;

  @Column({ type: 'varchar', length: 255, nullable: true })
  stream!: string | null;

  /** What is sent, to the byte. */
  @Column({ type: 'text' })
  body!: string;

  @Column({ type: 'varchar', length: 10 })
  state!: DeliveryState;

  @Column({ type: 'integer' })
  attempts!: number;

  /** The HTTP status of the last answer; null without one. */
  @Column({ name: 'last_status', type: 'integer', nullable: true })
  lastStatus!: number | null;

  @Column({ name: 'last_error', type: 'text', nullable: true })
  lastError!: string | null;

  @Column({ name: 'happened_at', ...instantColumn })
  happenedAt!: Date;

  @Column({ name: 'tried_at', ...nullableInstantColumn })
  triedAt!: Date | null;
}
