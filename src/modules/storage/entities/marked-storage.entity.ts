import { Column, Entity, PrimaryColumn } from 'typeorm';
import { instantColumn } from '../../../persistence/column-types.js';

/** A storage that has the mark of this database: where the mark is gone later, the storage is not all there. */
@Entity('marked_storages')
export class MarkedStorage {
  /** Of what tells the storage from others, lower-case hexadecimal. */
  @PrimaryColumn({ name: 'location_sha256', type: 'varchar', length: 64 })
  locationSha256!: string;

  @Column({ name: 'marked_at', ...instantColumn })
  markedAt!: Date;
}
