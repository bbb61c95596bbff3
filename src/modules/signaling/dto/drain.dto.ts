import { ApiProperty } from '@nestjs/swagger';

export class DrainDto {
  @ApiProperty({ type: Boolean, description: 'New publishers are refused' })
  readonly draining = true;

  @ApiProperty({ description: 'Publishers that are still here' })
  readonly publishers: number;

  constructor(publishers: number) {
    this.publishers = publishers;
  }
}
