import { ApiProperty } from '@nestjs/swagger';
import { z } from 'zod';

/** As WHIP takes at most. */
const LONGEST_OFFER = 65_536;

export const checkInput = z.strictObject({ offer: z.string().max(LONGEST_OFFER) });

export type CheckBody = z.output<typeof checkInput>;

export class CheckInputDto {
  @ApiProperty({ description: 'An SDP offer as for WHIP, to send something', maxLength: LONGEST_OFFER })
  readonly offer!: string;
}

export class CheckDto {
  @ApiProperty({
    description: 'The SDP answer. Its candidates can be tried one by one, each with an offer of its own.',
  })
  readonly answer: string;

  constructor(answer: string) {
    this.answer = answer;
  }
}
