import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import { idColumn, instantColumn } from '../../../persistence/column-types.js';

/** A stream's day: where the manifest of its default directory lies. */
@Entity('recordings')
@Unique('recordings_stream_day_uq', ['stream', 'year', 'month', 'day'])
@Index('recordings_day_ix', ['year', 'month', 'day', 'id'])
export class Recording {
  @PrimaryColumn(idColumn)
  id!: string;

  @Column({ type: 'varchar', length: 255 })
  stream!: string;

  @Column({ type: 'integer' })
  year!: number;

  /** 1 to 12. */
  @Column({ type: 'integer' })
  month!: number;

  /** 1 to 31. */
  @Column({ type: 'integer' })
  day!: number;

  @Column({ name: 'mpd_path', type: 'varchar', length: 1024 })
  mpdPath!: string;

  @Column({ name: 'created_at', ...instantColumn })
  createdAt!: Date;

  @Column({ name: 'updated_at', ...instantColumn })
  updatedAt!: Date;
}
