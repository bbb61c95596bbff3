import { Gauge, type Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import type { Clock } from '../../../shared/clock.js';
import { WebhookDelivery } from '../entities/index.js';
import type { TargetDirectory } from '../targets/target-directory.js';

const MS = 1000;

interface Backlog {
  readonly count: number;
  /** Epoch milliseconds of what happened first; undefined when nothing waits. */
  readonly oldestMs: number | undefined;
}

/** How far targets are behind what happened. Absent while the database does not answer. */
export class DeliveryMetrics {
  private pending: Promise<Backlog | undefined> | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly targets: Pick<TargetDirectory, 'list'>,
    private readonly clock: Clock,
    registry: Registry,
  ) {
    this.gauge(
      registry,
      'aircheck_webhook_events_pending',
      'Events that targets are still to be told',
      ({ count }) => count,
    );
    this.gauge(
      registry,
      'aircheck_webhook_oldest_age_seconds',
      'How long the oldest of them has waited',
      ({ oldestMs }) => (oldestMs === undefined ? 0 : Math.max(0, (this.clock.epochMs() - oldestMs) / MS)),
    );
  }

  private gauge(registry: Registry, name: string, help: string, value: (backlog: Backlog) => number): void {
    const backlogNow = (): Promise<Backlog | undefined> => this.backlogNow();
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        const backlog = await backlogNow();
        if (backlog === undefined) this.remove();
        else this.set(value(backlog));
      },
    });
  }

  /** One scrape asks once for both. */
  private backlogNow(): Promise<Backlog | undefined> {
    this.pending ??= this.read()
      .catch(() => undefined)
      .finally(() => {
        this.pending = undefined;
      });
    return this.pending;
  }

  /** By target, as the index of deliveries has them. */
  private async read(): Promise<Backlog> {
    let count = 0;
    let oldestMs: number | undefined;
    for (const { id: targetId } of await this.targets.list()) {
      const where = { targetId, state: 'pending' } as const;
      const first = await this.dataSource.manager.findOne(WebhookDelivery, { where, order: { id: 'ASC' } });
      if (first === null) continue;
      count += await this.dataSource.manager.countBy(WebhookDelivery, where);
      oldestMs = Math.min(oldestMs ?? Infinity, first.happenedAt.getTime());
    }
    return { count, oldestMs };
  }
}
