import { Column, Entity, PrimaryColumn } from 'typeorm';
import { instantColumn, jsonColumn } from '../../../persistence/column-types.js';

/** First and last number, both included. */
export type NumberRange = readonly [first: number, last: number];

/** Media whose rows were deleted while its files and objects were to stay: that it has no rows is as it was wanted. */
@Entity('left_parts')
export class LeftPart {
  @PrimaryColumn({ type: 'varchar', length: 1024 })
  directory!: string;

  @PrimaryColumn({ name: 'session_id', type: 'varchar', length: 64 })
  sessionId!: string;

  @Column({ type: 'varchar', length: 255 })
  stream!: string;

  /** Of its segments, in order. */
  @Column(jsonColumn)
  numbers!: readonly NumberRange[];

  @Column({ name: 'left_at', ...instantColumn })
  leftAt!: Date;
}
