import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { RecordedGap } from '../../../engine/index.js';
import { bigNumberColumn, instantColumn } from '../../../persistence/column-types.js';
import type { MediaKind } from '../../../media/codecs/codec.js';

/** Media of a session that never arrived or could not be used. */
@Entity('gaps')
@Index('gaps_length_ix', ['sessionId', 'durationMs', 'kind', 'startMs', 'cause'])
export class GapRow {
  @PrimaryColumn({ name: 'session_id', type: 'varchar', length: 64 })
  sessionId!: string;

  @PrimaryColumn({ type: 'varchar', length: 8 })
  kind!: MediaKind;

  /** Session time. */
  @PrimaryColumn({ name: 'start_ms', ...bigNumberColumn })
  startMs!: number;

  @Column({ name: 'duration_ms', ...bigNumberColumn })
  durationMs!: number;

  @Column({ type: 'varchar', length: 32 })
  cause!: RecordedGap['cause'];

  @Column({ name: 'created_at', ...instantColumn })
  createdAt!: Date;
}
