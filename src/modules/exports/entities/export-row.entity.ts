import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import {
  idColumn,
  instantColumn,
  nullableBigNumberColumn,
  nullableInstantColumn,
} from '../../../persistence/column-types.js';
import type { ExportState } from '../export.js';

/** A file that was made of a recording, or is to be. */
@Entity('exports')
@Index('exports_state_ix', ['nodeAlias', 'state', 'createdAt'])
@Index('exports_expiry_ix', ['nodeAlias', 'expiresAt'])
@Index('exports_created_ix', ['createdAt', 'id'])
@Index('exports_stream_ix', ['stream', 'createdAt'])
export class ExportRow {
  @PrimaryColumn(idColumn)
  id!: string;

  @Column({ type: 'varchar', length: 255 })
  stream!: string;

  /** Wall clock of the range; null for a session. */
  @Column({ name: 'from_at', ...nullableInstantColumn })
  fromAt!: Date | null;

  @Column({ name: 'to_at', ...nullableInstantColumn })
  toAt!: Date | null;

  @Column({ name: 'session_id', type: 'varchar', length: 64, nullable: true })
  sessionId!: string | null;

  @Column({ type: 'varchar', length: 16 })
  format!: string;

  @Column({ type: 'varchar', length: 8 })
  gaps!: 'keep' | 'close';

  @Column({ type: 'varchar', length: 16 })
  state!: ExportState;

  /** Who makes it, and has the file. */
  @Column({ name: 'node_alias', type: 'varchar', length: 255 })
  nodeAlias!: string;

  /** How often it was begun. */
  @Column({ type: 'integer' })
  attempts!: number;

  /** Known before the first byte is written. */
  @Column({ name: 'size_bytes', ...nullableBigNumberColumn })
  sizeBytes!: number | null;

  /** So far, of one that is being made. */
  @Column({ name: 'written_bytes', ...nullableBigNumberColumn })
  writtenBytes!: number | null;

  @Column({ name: 'duration_ms', ...nullableBigNumberColumn })
  durationMs!: number | null;

  /** What a browser saves it as. */
  @Column({ name: 'file_name', type: 'varchar', length: 512, nullable: true })
  fileName!: string | null;

  @Column({ name: 'content_type', type: 'varchar', length: 64, nullable: true })
  contentType!: string | null;

  /** Strong, with its quotation marks. */
  @Column({ type: 'varchar', length: 80, nullable: true })
  etag!: string | null;

  /** Why it failed: a code of the problem list. */
  @Column({ name: 'problem_code', type: 'varchar', length: 64, nullable: true })
  problemCode!: string | null;

  @Column({ name: 'problem_detail', type: 'text', nullable: true })
  problemDetail!: string | null;

  @Column({ name: 'created_at', ...instantColumn })
  createdAt!: Date;

  @Column({ name: 'started_at', ...nullableInstantColumn })
  startedAt!: Date | null;

  @Column({ name: 'ended_at', ...nullableInstantColumn })
  endedAt!: Date | null;

  /** When it is deleted. */
  @Column({ name: 'expires_at', ...nullableInstantColumn })
  expiresAt!: Date | null;
}
