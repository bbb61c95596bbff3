import { Column, Entity, PrimaryColumn } from 'typeorm';
import { idColumn, instantColumn } from '../../../persistence/column-types.js';

/** Somebody who may log in, beside those of the configuration. */
@Entity('accounts')
export class Account {
  @PrimaryColumn({ type: 'varchar', length: 255 })
  username!: string;

  /** argon2id, in the PHC string format. */
  @Column({ name: 'password_hash', type: 'varchar', length: 255 })
  passwordHash!: string;

  /** For which streams: one, a pattern or `*`. */
  @Column({ name: 'stream_scope', type: 'varchar', length: 255 })
  scope!: string;

  /** The claim `mode` of what a log-in gives. */
  @Column({ name: 'right_bits', type: 'integer' })
  mode!: number;

  /** Another one with each password: what log-ins gave before is good no longer. */
  @Column({ name: 'version_id', ...idColumn })
  version!: string;

  @Column({ name: 'created_at', ...instantColumn })
  createdAt!: Date;

  /** When it had its password. */
  @Column({ name: 'changed_at', ...instantColumn })
  changedAt!: Date;
}
