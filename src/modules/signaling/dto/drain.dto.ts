import { ApiProperty } from '@nestjs/swagger';

export class DrainDto {
  @ApiProperty({ type: Boolean, description: 'New publishers are refused' })
  readonly draining: boolean;

  @ApiProperty({ description: 'Publishers that are still here' })
  readonly publishers: number;

  constructor(draining: boolean, publishers: number) {
    this.draining = draining;
    this.publishers = publishers;
  }
}
