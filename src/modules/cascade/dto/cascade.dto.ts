import { ApiProperty } from '@nestjs/swagger';
import { AppError } from '../../../shared/errors.js';
import type { CascadeDirection, CascadeLink, CascadeState } from '../cascade-link.js';

/** A stream's way from or to another server. */
export class CascadeLinkDto {
  @ApiProperty({ example: 'cam' })
  readonly stream: string;

  @ApiProperty({ enum: ['pull', 'push'] })
  readonly direction: CascadeDirection;

  @ApiProperty({ description: 'The endpoint over there', example: 'https://other.example.org/whep/cam' })
  readonly url: string;

  @ApiProperty({ enum: ['connecting', 'connected', 'waiting'], description: 'waiting: until it is tried again' })
  readonly state: CascadeState;

  @ApiProperty({ type: String, required: false, description: 'Code of the last failure, while it is not connected' })
  readonly error: string | undefined;

  constructor({ stream, direction, url, state, lastError }: CascadeLink) {
    this.stream = stream;
    this.direction = direction;
    this.url = url;
    this.state = state;
    this.error = codeOf(lastError);
  }
}

/** What is told of a failure; undefined for none. */
export function codeOf(error: unknown): string | undefined {
  if (error === undefined) return undefined;
  return error instanceof AppError ? error.code : 'internal';
}
