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
    description: 'Name of the layer, as listed; nothing for the first one of the list',
    example: 'h',
  })
  readonly encodingId?: string | null;
}

/** A simulcast layer, or a layer of one stream (SVC) with those below it. */
export class LayerDto {
  @ApiProperty({ description: 'Its rid, or of one stream its place in it: `S1T2`', example: 'h' })
  readonly encodingId: string;

  constructor(rid: string) {
    this.encodingId = rid;
  }
}
