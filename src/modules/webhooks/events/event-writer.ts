import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { EventIds } from '../../../persistence/event-ids.js';
import { insertRows } from '../../../persistence/insert-rows.js';
import type { OutboxService } from '../../storage/outbox.service.js';
import { callKey, type WebhookTarget } from '../targets/webhook-target.js';
import { WebhookDelivery, WebhookSubject } from '../entities/index.js';
import { LAST_TYPES, PASSING_TYPES, type EventType, type HappenedEvent } from './event.js';

/** Writes down what targets are to be told, in the transaction that it follows from, and has them called after it. */
export class EventWriter {
  private readonly ids = new EventIds();

  constructor(
    private readonly targets: (manager: EntityManager) => Promise<readonly WebhookTarget[]>,
    private readonly outbox: Pick<OutboxService, 'call'>,
    private readonly nodeAlias: string,
  ) {}

  async write(manager: EntityManager, events: readonly HappenedEvent[]): Promise<void> {
    const targets = await this.targets(manager);
    if (targets.length === 0) return;
    const deliveries: WebhookDelivery[] = [];
    for (const event of events) {
      const counted = await this.count(manager, event);
      if (counted !== undefined) deliveries.push(...this.deliveriesOf(event, counted, targets));
    }
    if (deliveries.length === 0) return;
    await insertRows(manager, WebhookDelivery, deliveries, '("id") DO NOTHING');
    const called = new Set(deliveries.map(({ targetId }) => callKey(targetId)));
    await this.outbox.call(manager, [...called]);
  }

  /** Whether anybody wants to know anything. */
  async isWanted(manager: EntityManager): Promise<boolean> {
    return (await this.targets(manager)).length > 0;
  }

  /** @returns its type and its place among the events of its subject; undefined when it is nothing new */
  private async count(manager: EntityManager, event: HappenedEvent): Promise<CountedEvent | undefined> {
    const id = `${event.subject.kind}:${event.subject.id}`;
    const before = await manager.findOneBy(WebhookSubject, { id });
    const type = typeof event.type === 'string' ? event.type : event.type(before?.lastType);
    if (type === undefined) return undefined;
    const row: WebhookSubject = {
      id,
      nodeAlias: this.nodeAlias,
      stream: event.stream ?? null,
      sequence: 1,
      lastType: type,
      isOpen: LAST_TYPES.includes(type) ? 0 : 1,
      openedAt: event.happenedAt,
      updatedAt: event.happenedAt,
    };
    const onKnown = PASSING_TYPES.includes(type) ? COUNT_ON : `${COUNT_ON}, ${CHANGE}`;
    const [counted] = await insertRows(manager, WebhookSubject, [row], onKnown, ['sequence', 'updated_at']);
    const placeMs = new Date(counted?.['updated_at'] as string | Date).getTime();
    const sequence = Number(counted?.['sequence']);
    const isNext = sequence === 1 || (before?.sequence === sequence - 1 && before.updatedAt.getTime() < placeMs);
    return { type, sequence, placeMs, turn: isNext ? undefined : sequence };
  }

  private deliveriesOf(
    { subject, stream, happenedAt, data }: HappenedEvent,
    { type, sequence, placeMs, turn }: CountedEvent,
    targets: readonly WebhookTarget[],
  ): WebhookDelivery[] {
    const eventId = randomUUID();
    const body = JSON.stringify({
      id: eventId,
      type,
      createdAt: happenedAt.toISOString(),
      node: this.nodeAlias,
      ...(stream === undefined ? {} : { stream }),
      subject,
      sequence,
      data,
    });
    return targets
      .filter((target) => target.wants(type, stream))
      .map((target) => ({
        id: this.ids.next(placeMs, turn),
        targetId: target.id,
        eventId,
        eventType: type,
        stream: stream ?? null,
        body,
        state: 'pending',
        attempts: 0,
        lastStatus: null,
        lastError: null,
        happenedAt,
        triedAt: null,
      }));
  }
}

interface CountedEvent {
  readonly type: EventType;
  readonly sequence: number;
  /** When it happened, or when the one before it did, where that was told by a clock that is ahead: targets are told by it. */
  readonly placeMs: number;
  /** Where it may have the millisecond of the one before it, which another server may have written. */
  readonly turn: number | undefined;
}

const LATER =
  'CASE WHEN "excluded"."updated_at" > "webhook_subjects"."updated_at" THEN "excluded"."updated_at" ELSE "webhook_subjects"."updated_at" END';
const COUNT_ON = `("id") DO UPDATE SET "sequence" = "webhook_subjects"."sequence" + 1, "updated_at" = ${LATER}`;
const CHANGE =
  '"last_type" = "excluded"."last_type", "is_open" = "excluded"."is_open", "node_alias" = "excluded"."node_alias"';
