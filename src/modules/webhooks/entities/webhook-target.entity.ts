import { Column, Entity, PrimaryColumn } from 'typeorm';
import { idColumn, instantColumn, jsonColumn } from '../../../persistence/column-types.js';

/** Somebody who is told by HTTP what happens, added by a request. */
@Entity('webhook_targets')
export class WebhookTargetRow {
  @PrimaryColumn(idColumn)
  id!: string;

  @Column({ type: 'varchar', length: 2048 })
  url!: string;

  /** What requests are signed with; never shown. */
  @Column({ name: 'secret_text', type: 'varchar', length: 256 })
  secretText!: string;

  @Column({ name: 'event_patterns', ...jsonColumn })
  eventPatterns!: readonly string[];

  @Column({ name: 'stream_patterns', ...jsonColumn })
  streamPatterns!: readonly string[];

  @Column({ name: 'created_at', ...instantColumn })
  createdAt!: Date;
}
