import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { RecordedGap } from '../../../engine/index.js';
import { bigNumberColumn } from '../../../persistence/column-types.js';
import type { MediaKind } from '../../../media/codecs/codec.js';

/** How much of one kind of media of a session is missing for one reason: a bad network makes thousands of gaps. */
@Entity('gap_sums')
export class GapSumRow {
  @PrimaryColumn({ name: 'session_id', type: 'varchar', length: 64 })
  sessionId!: string;

  @PrimaryColumn({ type: 'varchar', length: 8 })
  kind!: MediaKind;

  @PrimaryColumn({ type: 'varchar', length: 32 })
  cause!: RecordedGap['cause'];

  @Column({ name: 'gap_count', type: 'integer' })
  gapCount!: number;

  @Column({ name: 'gap_ms', ...bigNumberColumn })
  gapMs!: number;

  /** Where the last of them ends, session time. */
  @Column({ name: 'end_ms', ...bigNumberColumn, default: 0 })
  endMs!: number;
}
