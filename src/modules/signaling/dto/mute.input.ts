import { ApiProperty } from '@nestjs/swagger';
import { z } from 'zod';
import type { MediaKind } from '../../../media/codecs/codec.js';

export const muteInput = z.strictObject({ kind: z.enum(['audio', 'video']), enabled: z.boolean() });

export class MuteInput {
  @ApiProperty({ enum: ['audio', 'video'] })
  readonly kind!: MediaKind;

  @ApiProperty({ description: 'false: none of it is sent to this subscriber' })
  readonly enabled!: boolean;
}
