import { ApiProperty } from '@nestjs/swagger';
import type { AuditPage } from '../audit.service.js';
import type { AuditEvent } from '../entities/audit-event.entity.js';

/** Something that somebody did, or was refused. */
class AuditEventDto {
  @ApiProperty()
  readonly id: string;

  @ApiProperty({ format: 'date-time', description: 'Of several, of the last' })
  readonly at: string;

  @ApiProperty({ description: 'The server that was asked' })
  readonly node: string;

  @ApiProperty({ example: 'recording-started' })
  readonly event: string;

  @ApiProperty({ description: '`ok`, or the code of the problem that was answered' })
  readonly outcome: string;

  @ApiProperty({ description: 'The account, or what the token calls its bearer' })
  readonly actor: string;

  @ApiProperty({ description: 'Where the request came from' })
  readonly address: string;

  @ApiProperty({ type: String, nullable: true })
  readonly stream: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The id of what it was done to; of a refusal the route' })
  readonly subject: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'More of it: of a token and an account the rights, of a token until when',
    example: 'watch, playback until 2026-11-20T12:00:00.000Z',
  })
  readonly detail: string | null;

  @ApiProperty({ type: 'integer', description: 'How often: refusals of the same within a minute are one' })
  readonly times: number;

  constructor(row: AuditEvent) {
    this.id = row.id;
    this.at = row.happenedAt.toISOString();
    this.node = row.nodeAlias;
    this.event = row.event;
    this.outcome = row.outcome;
    this.actor = row.actor;
    this.address = row.address;
    this.stream = row.stream;
    this.subject = row.subject;
    this.detail = row.detail;
    this.times = row.times;
  }
}

export class AuditPageDto {
  @ApiProperty({ type: [AuditEventDto] })
  readonly events: readonly AuditEventDto[];

  @ApiProperty({ type: String, nullable: true, description: '`cursor` of the next page' })
  readonly nextCursor: string | null;

  constructor({ events, nextCursor }: AuditPage) {
    this.events = events.map((event) => new AuditEventDto(event));
    this.nextCursor = nextCursor ?? null;
  }
}
