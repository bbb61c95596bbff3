import { randomUUID } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import type { AppConfig } from '../../../config/index.js';
import { inTransaction } from '../../../persistence/transaction.js';
import type { Clock } from '../../../shared/clock.js';
import type { OutboxService } from '../../storage/outbox.service.js';
import { WebhookDelivery, WebhookTargetRow } from '../entities/index.js';
import {
  TooManyWebhookTargetsError,
  WebhookTargetConfiguredError,
  WebhookTargetNotFoundError,
} from '../webhooks.errors.js';
import { callKey, WebhookTarget } from './webhook-target.js';

/** Beside those of the configuration. */
const MOST_ROWS = 50;
/** Another server of the same database may have changed them. */
const READ_AGAIN_MS = 5_000;

export interface NewTarget {
  readonly url: string;
  readonly secret: string;
  readonly events: readonly string[];
  readonly streams: readonly string[];
}

/** Who is told what happens: those of the configuration, and those that were added. */
export class TargetDirectory {
  private readonly configured: readonly WebhookTarget[];
  private known: { readonly targets: readonly WebhookTarget[]; readonly readAtMs: number } | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Pick<OutboxService, 'forgetCall'>,
    private readonly clock: Clock,
    { targets }: AppConfig['webhooks'],
  ) {
    this.configured = targets.map((target) => WebhookTarget.ofConfig(target));
  }

  /** As they were a few seconds ago at the most: whoever writes many events does not ask each time. */
  async current(manager: EntityManager): Promise<readonly WebhookTarget[]> {
    const nowMs = this.clock.monotonicMs();
    if (this.known === undefined || nowMs - this.known.readAtMs > READ_AGAIN_MS) {
      this.known = { targets: await this.read(manager), readAtMs: nowMs };
    }
    return this.known.targets;
  }

  /** In the order that they were added in, those of the configuration first. */
  list(): Promise<readonly WebhookTarget[]> {
    return this.read(this.dataSource.manager);
  }

  /** @throws {WebhookTargetNotFoundError} */
  async find(id: string): Promise<WebhookTarget> {
    const target = (await this.list()).find((each) => each.id === id);
    if (target === undefined) throw new WebhookTargetNotFoundError(id);
    return target;
  }

  /** @throws {TooManyWebhookTargetsError} */
  async create({ url, secret, events, streams }: NewTarget): Promise<WebhookTarget> {
    const row = await inTransaction(this.dataSource, async (manager) => {
      if ((await manager.count(WebhookTargetRow)) >= MOST_ROWS) throw new TooManyWebhookTargetsError(MOST_ROWS);
      const added: WebhookTargetRow = {
        id: randomUUID(),
        url,
        secretText: secret,
        eventPatterns: events,
        streamPatterns: streams,
        createdAt: new Date(this.clock.epochMs()),
      };
      await manager.insert(WebhookTargetRow, added);
      return added;
    });
    this.known = undefined;
    return WebhookTarget.ofRow(row);
  }

  /**
   * Nothing more is sent to it, and the log forgets it.
   *
   * @throws {WebhookTargetNotFoundError} @throws {WebhookTargetConfiguredError}
   */
  async delete(id: string): Promise<void> {
    if (this.configured.some((target) => target.id === id)) throw new WebhookTargetConfiguredError(id);
    await inTransaction(this.dataSource, async (manager) => {
      const { affected } = await manager.delete(WebhookTargetRow, { id });
      if (affected === 0) throw new WebhookTargetNotFoundError(id);
      await manager.delete(WebhookDelivery, { targetId: id });
      await this.outbox.forgetCall(manager, callKey(id));
    });
    this.known = undefined;
  }

  private async read(manager: EntityManager): Promise<readonly WebhookTarget[]> {
    const rows = await manager.find(WebhookTargetRow, { order: { createdAt: 'ASC', id: 'ASC' } });
    return [...this.configured, ...rows.map((row) => WebhookTarget.ofRow(row))];
  }
}
