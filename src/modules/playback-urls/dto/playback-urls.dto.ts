import { ApiProperty } from '@nestjs/swagger';
import { z } from 'zod';
import { idText, isKnownInstant, nameText } from '../../../platform/input/fields.js';
import type { SignedUrls } from '../playback-urls.service.js';

/** As long as a presigned URL of S3 may be good. */
const LONGEST_TTL_SECONDS = 604_800;

const instant = z.iso
  .datetime({ offset: true, message: 'Expected an RFC 3339 instant' })
  .refine((text) => isKnownInstant(new Date(text)), 'Expected an instant from 1970 to 9999');

export const wantedUrls = z
  .strictObject({
    stream: nameText,
    session: idText.optional(),
    from: instant.optional(),
    to: instant.optional(),
    expiresInSeconds: z.number().int().min(1).max(LONGEST_TTL_SECONDS).optional(),
  })
  .refine(({ session, from }) => session === undefined || from === undefined, {
    message: 'Expected one of `from` and `session`',
  })
  .refine(({ from, to }) => to === undefined || from !== undefined, { message: 'Expected `from` beside `to`' });

export type WantedUrlsInput = z.output<typeof wantedUrls>;

export class WantedUrlsDto {
  @ApiProperty({ example: 'cam' })
  readonly stream!: string;

  @ApiProperty({ required: false, description: 'Only this recording session' })
  readonly session?: string;

  @ApiProperty({ required: false, format: 'date-time', description: 'Only what was recorded from then on' })
  readonly from?: string;

  @ApiProperty({ required: false, format: 'date-time', description: 'Exclusive' })
  readonly to?: string;

  @ApiProperty({
    required: false,
    type: 'integer',
    minimum: 1,
    maximum: LONGEST_TTL_SECONDS,
    description: 'How long they are good; `playback.url_ttl_seconds` where nothing is said',
  })
  readonly expiresInSeconds?: number;
}

/** Paths on this server for players that cannot send headers. */
export class PlaybackUrlsDto {
  @ApiProperty({ description: 'DASH' })
  readonly dash: string;

  @ApiProperty({ description: 'HLS' })
  readonly hls: string;

  @ApiProperty({ type: String, nullable: true, description: 'One MP4, of a session or a range that ends' })
  readonly mp4: string | null;

  @ApiProperty({ format: 'date-time' })
  readonly expiresAt: string;

  constructor({ dash, hls, mp4, expiresAt }: SignedUrls) {
    this.dash = dash;
    this.hls = hls;
    this.mp4 = mp4 ?? null;
    this.expiresAt = expiresAt.toISOString();
  }
}
