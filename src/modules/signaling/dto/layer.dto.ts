import { ApiProperty } from '@nestjs/swagger';
import { z } from 'zod';

/** RFC 8851 section 10: a rid is letters and digits, `-` and `_`; longer ones than this are nobody's. */
const LONGEST_RID = 64;

export const layerInput = z.strictObject({ encodingId: z.string().min(1).max(LONGEST_RID).nullish() });

/** Which layer a subscriber is sent. */
export class LayerInput {
  @ApiProperty({
    type: String,
    required: false,
    nullable: true,
    description: 'Name of the layer (rid); nothing for the first one in alphabetical order',
    example: 'h',
  })
  readonly encodingId?: string | null;
}

/** A simulcast layer. */
export class LayerDto {
  @ApiProperty({ description: 'Its name (rid)', example: 'h' })
  readonly encodingId: string;

  constructor(rid: string) {
    this.encodingId = rid;
  }
}
