import { ApiProperty } from '@nestjs/swagger';
import type { PresignedRequest } from '../ports/storage-driver.js';

export class PresignedRequestDto {
  @ApiProperty({ description: 'Good without credentials until it expires' })
  readonly url: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'Header fields to be sent with the request',
  })
  readonly headers: Readonly<Record<string, string>>;

  constructor({ url, headers }: PresignedRequest) {
    this.url = url;
    this.headers = headers;
  }
}
