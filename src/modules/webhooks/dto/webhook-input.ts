import { ApiProperty } from '@nestjs/swagger';
import { z } from 'zod';
import { isWebhookUrl } from '../../../config/index.js';
import { nameText } from '../../../platform/input/fields.js';

const patterns = z.array(z.string().min(1).max(255)).min(1).max(50).default(['*']);

export const newTargetInput = z.strictObject({
  url: z.string().max(2048).refine(isWebhookUrl, 'Expected an http or https URL without credentials'),
  secret: z.string().min(16).max(256),
  events: patterns,
  streams: patterns,
});

export class NewTargetInput {
  @ApiProperty({ example: 'https://example.org/aircheck', maxLength: 2048 })
  readonly url!: string;

  @ApiProperty({ minLength: 16, maxLength: 256, description: 'What requests are signed with; it is never shown' })
  readonly secret!: string;

  @ApiProperty({ type: [String], required: false, default: ['*'], description: 'Patterns of event types' })
  readonly events!: readonly string[];

  @ApiProperty({ type: [String], required: false, default: ['*'], description: 'Patterns of streams' })
  readonly streams!: readonly string[];
}

export const MOST_DELIVERIES = 200;
export const USUAL_DELIVERIES = 50;

export const deliveryQuery = z.strictObject({
  target: nameText.max(36).optional(),
  state: z.enum(['pending', 'delivered', 'failed']).optional(),
  event: nameText.max(40).optional(),
  stream: nameText.optional(),
  limit: z.coerce.number().int().min(1).max(MOST_DELIVERIES).default(USUAL_DELIVERIES),
  cursor: z
    .string()
    .regex(/^[0-9a-f-]{36}$/, 'Expected a cursor of this list')
    .optional(),
});

export type DeliveryQuery = z.output<typeof deliveryQuery>;
