import { LessThan, MoreThan, Not, type DataSource, type FindOptionsWhere } from 'typeorm';
import { inTransaction } from '../../../persistence/transaction.js';
import type { Clock } from '../../../shared/clock.js';
import type { OutboxService } from '../../storage/outbox.service.js';
import { WebhookDelivery, WebhookSubject, type DeliveryState } from '../entities/index.js';
import { callKey } from '../targets/webhook-target.js';
import { WebhookDeliveryNotFoundError } from '../webhooks.errors.js';

/** Longer than a target takes that answers. */
const LEFT_MS = 2_000;

export interface DeliveryFilter {
  readonly targetId?: string | undefined;
  readonly state?: DeliveryState | undefined;
  readonly event?: string | undefined;
  readonly stream?: string | undefined;
  readonly limit: number;
  /** Id of the last of the page before. */
  readonly cursor?: string | undefined;
}

export interface DeliveryPage {
  readonly deliveries: readonly WebhookDelivery[];
  /** Undefined on the last page. */
  readonly nextCursor: string | undefined;
}

export interface LogLimits {
  readonly keepMs: number;
  readonly mostRows: number;
}

/** What targets were told, or are to be told. */
export class DeliveryLog {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Pick<OutboxService, 'call' | 'callUnlessWaiting'>,
    private readonly limits: LogLimits,
    private readonly clock: Clock,
  ) {}

  /** The newest first. */
  async list({ targetId, state, event, stream, limit, cursor }: DeliveryFilter): Promise<DeliveryPage> {
    const where: FindOptionsWhere<WebhookDelivery> = {
      ...(targetId === undefined ? {} : { targetId }),
      ...(state === undefined ? {} : { state }),
      ...(event === undefined ? {} : { eventType: event }),
      ...(stream === undefined ? {} : { stream }),
      ...(cursor === undefined ? {} : { id: LessThan(cursor) }),
    };
    const rows = await this.dataSource.manager.find(WebhookDelivery, {
      where,
      order: { id: 'DESC' },
      take: limit + 1,
    });
    const deliveries = rows.slice(0, limit);
    return { deliveries, nextCursor: rows.length > limit ? deliveries.at(-1)?.id : undefined };
  }

  /**
   * Tells it once more, whatever came of it: the receiver knows it by its event id.
   *
   * @throws {WebhookDeliveryNotFoundError}
   */
  async deliverAgain(id: string): Promise<void> {
    await inTransaction(this.dataSource, async (manager) => {
      const delivery = await manager.findOneBy(WebhookDelivery, { id });
      if (delivery === null) throw new WebhookDeliveryNotFoundError(id);
      const happenedAt = new Date(this.clock.epochMs());
      await manager.update(WebhookDelivery, { id }, { state: 'pending', attempts: 0, happenedAt });
      await this.outbox.call(manager, [callKey(delivery.targetId)]);
    });
  }

  /** Has targets told what has waited for a while: the server that was to tell it may be gone. */
  async takeOver(targetIds: readonly string[]): Promise<void> {
    const happenedAt = LessThan(new Date(this.clock.epochMs() - LEFT_MS));
    const left: string[] = [];
    for (const targetId of targetIds) {
      const isLeft = await this.dataSource.manager.existsBy(WebhookDelivery, {
        targetId,
        state: 'pending',
        happenedAt,
      });
      if (isLeft) left.push(callKey(targetId));
    }
    if (left.length === 0) return;
    await inTransaction(this.dataSource, (manager) => this.outbox.callUnlessWaiting(manager, left));
  }

  /** Forgets what is old or too much; what is still to be told goes last. */
  async trim(): Promise<void> {
    const { keepMs, mostRows } = this.limits;
    const keptFrom = new Date(this.clock.epochMs() - keepMs);
    await inTransaction(this.dataSource, async (manager) => {
      await manager.delete(WebhookDelivery, { happenedAt: LessThan(keptFrom), state: Not('pending') });
      await manager.delete(WebhookSubject, { updatedAt: LessThan(keptFrom), isOpen: 0 });
      for (const where of [{ state: Not<DeliveryState>('pending') }, {}]) {
        const excess = (await manager.count(WebhookDelivery)) - mostRows;
        if (excess <= 0) return;
        const [last] = await manager.find(WebhookDelivery, { where, order: { id: 'ASC' }, skip: excess - 1, take: 1 });
        const until = last === undefined ? {} : { id: Not(MoreThan(last.id)) };
        await manager.delete(WebhookDelivery, { ...where, ...until });
      }
    });
  }
}
