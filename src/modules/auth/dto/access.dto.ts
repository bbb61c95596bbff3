import { ApiProperty } from '@nestjs/swagger';
import type { Caller } from '../ports/caller.js';
import { ALL_RIGHTS, type Right } from '../ports/right.js';

const SCOPES = ['all', 'pattern', 'stream'] as const;

/** RFC 3339 has years of four digits; a token may name any time. */
const LAST_YEAR_MS = Date.UTC(9999, 0);

/** What whoever asks may do: what a page shows and offers. */
export class AccessDto {
  @ApiProperty({ enum: SCOPES, description: 'Whether `streams` is all of them, a pattern, or the name of one' })
  readonly scope: (typeof SCOPES)[number];

  @ApiProperty({ example: 'cam-*' })
  readonly streams: string;

  @ApiProperty({ enum: ALL_RIGHTS, isArray: true, description: 'On those streams' })
  readonly rights: readonly Right[];

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Null for what does not expire' })
  readonly expiresAt: string | null;

  constructor(caller: Caller) {
    const { scope, expiresAtMs } = caller;
    this.scope = scope.isAll ? 'all' : scope.name === undefined ? 'pattern' : 'stream';
    this.streams = scope.text;
    this.rights = ALL_RIGHTS.filter((right) => caller.mayOnSome([right]));
    this.expiresAt = expiresAtMs < LAST_YEAR_MS ? new Date(expiresAtMs).toISOString() : null;
  }
}
