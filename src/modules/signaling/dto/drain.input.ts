import { ApiProperty } from '@nestjs/swagger';
import { z } from 'zod';
import { isHttpUrlOrEmpty } from '../../../config/index.js';
import type { Told } from '../../audit/ports/audited.decorator.js';

const drain = z.object({
  to: z.string().min(1).max(255).refine(isHttpUrlOrEmpty, 'Expected an origin, http(s)://HOST[:PORT]').nullish(),
});

/** No body is as good as an empty one. */
export const drainInput = z
  .strictObject(drain.shape)
  .nullish()
  .transform((body) => ({ to: originOf(body?.to) }));

export class DrainInput {
  @ApiProperty({
    type: String,
    required: false,
    nullable: true,
    example: 'https://node-b.example.org',
    description: 'Origin of a node that new sessions are sent to (307) instead of being refused (503)',
  })
  readonly to?: string | undefined;
}

/** @returns where newcomers were to be sent, for the audit; undefined of what says nothing of that */
export function describeDrain({ given }: Told): string | undefined {
  return (
    given.map((place) => drain.safeParse(place).data).find((asked) => typeof asked?.to === 'string')?.to ?? undefined
  );
}

function originOf(text: string | null | undefined): string | undefined {
  return typeof text === 'string' ? new URL(text).origin : undefined;
}
