import { ApiProperty } from '@nestjs/swagger';
import { z } from 'zod';

/** No body is as good as an empty one. */
export const startRecordingInput = z
  .strictObject({ base_dir: z.string().nullish() })
  .nullish()
  .transform((body) => ({ base_dir: body?.base_dir ?? undefined }));

export class StartRecordingInput {
  @ApiProperty({ required: false, maxLength: 255, description: 'Where to record, instead of `{stream}/YYYY/MM/DD`' })
  readonly base_dir?: string | undefined;
}
