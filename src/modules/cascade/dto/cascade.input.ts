import { ApiProperty } from '@nestjs/swagger';
import { z } from 'zod';
import { isWebhookUrl } from '../../../config/index.js';
import type { Told } from '../../audit/ports/audited.decorator.js';

const LONGEST_URL = 2048;
const LONGEST_TOKEN = 4096;

const url = z
  .string()
  .max(LONGEST_URL)
  .refine(isWebhookUrl, 'Expected an http or https URL without credentials')
  .nullish()
  .transform((text) => text ?? undefined);

const cascade = z.object({
  token: z
    .string()
    .max(LONGEST_TOKEN)
    .regex(/^([\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?)?$/, 'Expected what an Authorization header has')
    .nullish()
    // A manager whose node has no token sends an empty one.
    .transform((text) => (text === '' ? undefined : (text ?? undefined))),
  sourceUrl: url,
  targetUrl: url,
});

export const cascadeInput = z
  .strictObject(cascade.shape)
  .refine(
    ({ sourceUrl, targetUrl }) => (sourceUrl === undefined) !== (targetUrl === undefined),
    'Expected sourceUrl or targetUrl, and not both',
  );

export type CascadeOrder = z.output<typeof cascadeInput>;

export class CascadeInput {
  @ApiProperty({
    type: String,
    required: false,
    nullable: true,
    maxLength: LONGEST_TOKEN,
    description: 'Sent as Authorization; without a scheme as a bearer token; empty for none. It is never shown',
    example: 'Bearer abc',
  })
  readonly token?: string | null;

  @ApiProperty({
    type: String,
    required: false,
    nullable: true,
    maxLength: LONGEST_URL,
    description: 'A WHEP endpoint: its stream is published here',
    example: 'https://other.example.org/whep/cam',
  })
  readonly sourceUrl?: string | null;

  @ApiProperty({
    type: String,
    required: false,
    nullable: true,
    maxLength: LONGEST_URL,
    description: 'A WHIP endpoint: the stream is published there',
    example: 'https://other.example.org/whip/cam',
  })
  readonly targetUrl?: string | null;
}

/** @returns `pull from https://other.example.org/whep/cam`, without a query, which may have secrets */
export function describeCascade({ given }: Told): string | undefined {
  const [asked] = given.flatMap((place) => cascadeInput.safeParse(place).data ?? []);
  if (asked?.targetUrl !== undefined) return `push to ${plain(asked.targetUrl)}`;
  return asked?.sourceUrl === undefined ? undefined : `pull from ${plain(asked.sourceUrl)}`;
}

function plain(text: string): string {
  const { origin, pathname } = new URL(text);
  return `${origin}${pathname}`;
}
