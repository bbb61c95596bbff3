import { ApiProperty } from '@nestjs/swagger';
import { z } from 'zod';

/** A shorter life is made this long, a longer one is cut: Signature V4 knows no longer one. */
const SHORTEST_SECONDS = 30;
const LONGEST_SECONDS = 604_800;
const USUAL_SECONDS = 300;

export const presignInput = z.strictObject({
  method: z.enum(['GET', 'PUT']),
  path: z.string(),
  ttl_seconds: z
    .number()
    .int()
    .min(0)
    .default(USUAL_SECONDS)
    .transform((seconds) => Math.min(Math.max(seconds, SHORTEST_SECONDS), LONGEST_SECONDS)),
});

export type PresignBody = z.output<typeof presignInput>;

export class PresignInputDto {
  @ApiProperty({ enum: ['GET', 'PUT'] })
  readonly method!: string;

  @ApiProperty({ description: 'Object key', example: 'cam/2026/11/20/seg_0001.m4s' })
  readonly path!: string;

  @ApiProperty({
    required: false,
    type: 'integer',
    minimum: 0,
    default: USUAL_SECONDS,
    description: `How long the URL is good; at least ${String(SHORTEST_SECONDS)} s, at most ${String(LONGEST_SECONDS)} s`,
  })
  readonly ttl_seconds?: number;
}
