import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { instantColumn } from '../../../persistence/column-types.js';

/** A token that is refused although its time is not over. Once it is, the row goes. */
@Entity('revoked_tokens')
@Index('revoked_tokens_expires_ix', ['expiresAt'])
export class RevokedToken {
  /** The claim `jti`. */
  @PrimaryColumn({ name: 'token_id', type: 'varchar', length: 64 })
  tokenId!: string;

  @Column({ name: 'expires_at', ...instantColumn })
  expiresAt!: Date;

  @Column({ name: 'revoked_at', ...instantColumn })
  revokedAt!: Date;
}
