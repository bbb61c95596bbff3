import { Column, Entity, PrimaryColumn } from 'typeorm';
import { instantColumn } from '../../../persistence/column-types.js';

/** A key that was made by chance and is kept, because URLs that were signed with it are to be good after a restart. */
@Entity('signing_keys')
export class SigningKeyRow {
  @PrimaryColumn({ type: 'varchar', length: 32 })
  purpose!: string;

  /** 32 bytes in base64url. */
  @Column({ name: 'secret_text', type: 'varchar', length: 64 })
  secretText!: string;

  @Column({ name: 'created_at', ...instantColumn })
  createdAt!: Date;
}
