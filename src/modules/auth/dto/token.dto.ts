import { ApiProperty } from '@nestjs/swagger';
import { LONGEST_SECONDS } from '../token-input.js';
import type { MadeToken } from '../tokens/make-token.js';

export class LoginInputDto {
  @ApiProperty({ example: 'ann' })
  readonly username!: string;

  @ApiProperty({ format: 'password' })
  readonly password!: string;
}

export class TokenInputDto {
  @ApiProperty({ description: 'A stream, a pattern (`*` any characters, `?` one), or `*` for all', example: 'cam' })
  readonly id!: string;

  @ApiProperty({ type: 'integer', minimum: 1, maximum: LONGEST_SECONDS, description: 'Seconds', example: 3600 })
  readonly duration!: number;

  @ApiProperty({ description: 'May watch it, and play its recordings back' })
  readonly subscribe!: boolean;

  @ApiProperty({ description: 'May send it' })
  readonly publish!: boolean;

  @ApiProperty({ description: 'May control its recording and administer it; for `*` the server' })
  readonly admin!: boolean;
}

export class TokenDto {
  @ApiProperty({ description: 'For `Authorization: Bearer …`' })
  readonly access_token: string;

  @ApiProperty({ enum: ['Bearer'] })
  readonly token_type = 'Bearer';

  constructor({ text }: MadeToken) {
    this.access_token = text;
  }
}

export class CreatedTokenDto extends TokenDto {
  @ApiProperty({ description: 'By which it is revoked, and named in the audit' })
  readonly id: string;

  constructor(made: MadeToken) {
    super(made);
    this.id = made.id;
  }
}
