import { Column, Entity, PrimaryColumn } from 'typeorm';
import { nullableInstantColumn } from '../../../persistence/column-types.js';

/** What a directory remembers of names that were deleted there: none of them is ever given to other media. */
@Entity('directory_marks')
export class DirectoryMark {
  @PrimaryColumn({ type: 'varchar', length: 1024 })
  directory!: string;

  /** When something last asked what lies there, to record beside it; null when nothing did. */
  @Column({ name: 'entered_at', ...nullableInstantColumn })
  enteredAt!: Date | null;

  /** Highest segment number that was deleted, 0 for none. */
  @Column({ name: 'last_number', type: 'integer' })
  lastNumber!: number;

  /** Highest number of a video init that was deleted, 0 for none. */
  @Column({ name: 'last_video_init', type: 'integer' })
  lastVideoInit!: number;

  /** Highest number of an audio init that was deleted, 0 for none. */
  @Column({ name: 'last_audio_init', type: 'integer' })
  lastAudioInit!: number;
}
