import { Column, Entity, PrimaryColumn } from 'typeorm';
import { instantColumn } from '../../../persistence/column-types.js';

/** The one row by which a database is known in its storages. */
@Entity('storage_owner')
export class StorageOwner {
  /** Always 1: there is no second row. */
  @PrimaryColumn({ type: 'integer' })
  id!: number;

  /** 128 random bits, lower-case hexadecimal. */
  @Column({ name: 'owner_id', type: 'varchar', length: 32 })
  ownerId!: string;

  @Column({ name: 'created_at', ...instantColumn })
  createdAt!: Date;
}
