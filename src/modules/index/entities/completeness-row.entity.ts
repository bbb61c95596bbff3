import { Column, Entity, PrimaryColumn } from 'typeorm';
import { bigNumberColumn } from '../../../persistence/column-types.js';
import type { MediaKind } from '../../../media/codecs/codec.js';

/** What came of one kind of media of a session, and what became of it. */
@Entity('session_completeness')
export class CompletenessRow {
  @PrimaryColumn({ name: 'session_id', type: 'varchar', length: 64 })
  sessionId!: string;

  @PrimaryColumn({ type: 'varchar', length: 8 })
  kind!: MediaKind;

  @Column({ name: 'packets_received', ...bigNumberColumn })
  packetsReceived!: number;

  @Column({ name: 'packets_repaired', ...bigNumberColumn })
  packetsRepaired!: number;

  @Column({ name: 'packets_lost', ...bigNumberColumn })
  packetsLost!: number;

  /** Samples of the committed segments. */
  @Column({ name: 'frames_recorded', ...bigNumberColumn })
  framesRecorded!: number;

  @Column({ name: 'frames_dropped', ...bigNumberColumn })
  framesDropped!: number;
}
