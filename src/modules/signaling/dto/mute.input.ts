import { ApiProperty } from '@nestjs/swagger';
import { z } from 'zod';
import type { MediaKind } from '../../../media/codecs/codec.js';
import type { Told } from '../../audit/ports/audited.decorator.js';

const mute = z.object({ kind: z.enum(['audio', 'video']), enabled: z.boolean() });

export const muteInput = z.strictObject(mute.shape);

export class MuteInput {
  @ApiProperty({ enum: ['audio', 'video'] })
  readonly kind!: MediaKind;

  @ApiProperty({ description: 'false: none of it is sent to this subscriber' })
  readonly enabled!: boolean;
}

/** @returns `video off` for the audit; undefined of what was no such input */
export function describeMute({ given }: Told): string | undefined {
  const asked = given.map((place) => mute.safeParse(place)).find(({ success }) => success)?.data;
  return asked && `${asked.kind} ${asked.enabled ? 'on' : 'off'}`;
}
