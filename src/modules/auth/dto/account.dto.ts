import { ApiProperty } from '@nestjs/swagger';
import type { AccountFacts } from '../accounts/accounts.service.js';
import { ALL_RIGHTS, rightsOfMode, type Right } from '../ports/right.js';

class NewPasswordDto {
  @ApiProperty({ format: 'password', minLength: 8, maxLength: 4096 })
  readonly password!: string;
}

export class AccountInputDto extends NewPasswordDto {
  @ApiProperty({ example: 'ann', maxLength: 255 })
  readonly username!: string;

  @ApiProperty({
    required: false,
    default: '*',
    description: 'A stream, a pattern (`*` any characters, `?` one), or `*` for all',
  })
  readonly id?: string;

  @ApiProperty({ required: false, default: false, description: 'May watch it, and play its recordings back' })
  readonly subscribe?: boolean;

  @ApiProperty({ required: false, default: false, description: 'May send it' })
  readonly publish?: boolean;

  @ApiProperty({
    required: false,
    default: false,
    description: 'May control its recording and administer it; for `*` the server. One of the three is true',
  })
  readonly admin?: boolean;
}

export class PasswordInputDto extends NewPasswordDto {}

/** Somebody who may log in. */
export class AccountDto {
  @ApiProperty({ example: 'ann' })
  readonly username: string;

  @ApiProperty({ description: 'A stream, a pattern or `*`', example: '*' })
  readonly id: string;

  @ApiProperty({ enum: ALL_RIGHTS, isArray: true })
  readonly rights: readonly Right[];

  @ApiProperty({ enum: ['configuration', 'database'] })
  readonly source: AccountFacts['source'];

  @ApiProperty({ type: String, nullable: true, format: 'date-time', description: 'Null for one of the configuration' })
  readonly createdAt: string | null;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', description: 'When it had its password' })
  readonly changedAt: string | null;

  constructor({ username, scope, mode, source, createdAt, changedAt }: AccountFacts) {
    this.username = username;
    this.id = scope;
    this.rights = rightsOfMode(mode);
    this.source = source;
    this.createdAt = createdAt?.toISOString() ?? null;
    this.changedAt = changedAt?.toISOString() ?? null;
  }
}
