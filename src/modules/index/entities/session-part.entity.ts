import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { bigNumberColumn, instantColumn } from '../../../persistence/column-types.js';

/** What one session has in one directory: a session that crosses a day border has several parts, a directory may have several sessions. */
@Entity('session_parts')
@Index('session_parts_stream_ix', ['stream', 'startedAt'])
@Index('session_parts_long_ix', ['stream', 'startedAt'], { where: `"end_ms" - "start_ms" > 93600000` })
@Index('session_parts_session_ix', ['sessionId'])
export class SessionPart {
  @PrimaryColumn({ type: 'varchar', length: 1024 })
  directory!: string;

  @PrimaryColumn({ name: 'session_id', type: 'varchar', length: 64 })
  sessionId!: string;

  @Column({ type: 'varchar', length: 255 })
  stream!: string;

  /** Wall clock of its first media. */
  @Column({ name: 'started_at', ...instantColumn })
  startedAt!: Date;

  @Column({ name: 'first_number', type: 'integer' })
  firstNumber!: number;

  @Column({ name: 'segment_count', type: 'integer' })
  segmentCount!: number;

  /** Session time of its first media. */
  @Column({ name: 'start_ms', ...bigNumberColumn })
  startMs!: number;

  /** Session time at which its last media ends. */
  @Column({ name: 'end_ms', ...bigNumberColumn })
  endMs!: number;

  @Column({ name: 'size_bytes', ...bigNumberColumn })
  sizeBytes!: number;
}
