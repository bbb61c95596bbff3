import { ApiProperty } from '@nestjs/swagger';
import type { DeliveryPage } from '../delivery/delivery-log.js';
import type { DeliveryState, WebhookDelivery } from '../entities/index.js';

/** One event for one target, and what came of it. */
export class WebhookDeliveryDto {
  @ApiProperty()
  readonly id: string;

  @ApiProperty()
  readonly targetId: string;

  @ApiProperty({ description: 'The same for all targets, and at each try' })
  readonly eventId: string;

  @ApiProperty({ example: 'recording.completed' })
  readonly event: string;

  @ApiProperty({ type: String, nullable: true })
  readonly stream: string | null;

  @ApiProperty({ enum: ['pending', 'delivered', 'failed'], description: '`failed`: not tried any more' })
  readonly state: DeliveryState;

  @ApiProperty({ type: 'integer' })
  readonly attempts: number;

  @ApiProperty({ type: 'integer', nullable: true, description: 'HTTP status of the last answer' })
  readonly lastStatus: number | null;

  @ApiProperty({ type: String, nullable: true, description: 'What went wrong last, or what the target said' })
  readonly lastError: string | null;

  @ApiProperty({ format: 'date-time', description: 'When it happened, or was last asked to be told again' })
  readonly happenedAt: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly triedAt: string | null;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'What is sent' })
  readonly body: unknown;

  constructor(row: WebhookDelivery) {
    this.id = row.id;
    this.targetId = row.targetId;
    this.eventId = row.eventId;
    this.event = row.eventType;
    this.stream = row.stream;
    this.state = row.state;
    this.attempts = row.attempts;
    this.lastStatus = row.lastStatus;
    this.lastError = row.lastError;
    this.happenedAt = row.happenedAt.toISOString();
    this.triedAt = row.triedAt?.toISOString() ?? null;
    this.body = JSON.parse(row.body) as unknown;
  }
}

export class WebhookDeliveryPageDto {
  @ApiProperty({ type: [WebhookDeliveryDto] })
  readonly deliveries: readonly WebhookDeliveryDto[];

  @ApiProperty({ type: String, nullable: true, description: '`cursor` of the next page' })
  readonly nextCursor: string | null;

  constructor({ deliveries, nextCursor }: DeliveryPage) {
    this.deliveries = deliveries.map((delivery) => new WebhookDeliveryDto(delivery));
    this.nextCursor = nextCursor ?? null;
  }
}
