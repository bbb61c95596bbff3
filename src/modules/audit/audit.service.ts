import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource, LessThan } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { insertRows } from '../../persistence/insert-rows.js';
import { inTransaction } from '../../persistence/transaction.js';
import { systemClock } from '../../shared/clock.js';
import type { AuditQuery } from './audit-query.js';
import { AuditEvent } from './entities/audit-event.entity.js';
import { EventIds } from './event-ids.js';
import { RepeatedFailures } from './repeated-failures.js';

/** What somebody did, or was refused. */
export interface Deed {
  readonly event: string;
  /** `ok`, or the code of a problem. */
  readonly outcome: string;
  readonly actor: string;
  readonly address: string;
  readonly stream: string | undefined;
  readonly subject: string | undefined;
}

export interface AuditPage {
  readonly events: readonly AuditEvent[];
  /** Undefined on the last page. */
  readonly nextCursor: string | undefined;
}

const WRITE_EVERY_MS = 500;
const TRIM_EVERY_MS = 3_600_000;
/** While the database is away: what comes then is in the log only. */
const MOST_WAITING = 2000;
const DAY_MS = 86_400_000;

/**
 * Who did what: a line in the log at once, and a row a moment later, of which the newest are kept. Nothing waits for the rows.
 */
@Injectable()
export class AuditService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Audit');
  private readonly failures = new RepeatedFailures<Deed>(systemClock);
  private readonly ids = new EventIds();
  private waiting: AuditEvent[] = [];
  private lost = 0;
  private writing: Promise<void> = Promise.resolve();
  private timers: readonly NodeJS.Timeout[] = [];

  constructor(
    private readonly dataSource: DataSource,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  onApplicationBootstrap(): void {
    const write = setInterval(() => void this.write(), WRITE_EVERY_MS);
    const trim = setInterval(() => void this.trim(), TRIM_EVERY_MS);
    this.timers = [write.unref(), trim.unref()];
    void this.trim();
  }

  async beforeApplicationShutdown(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await this.write(true);
  }

  /** What fails again and again becomes one line and one row a minute. */
  record(deed: Deed): void {
    const { event, outcome, actor, address, stream = '' } = deed;
    const isOk = outcome === 'ok';
    if (isOk || this.failures.add(JSON.stringify([event, outcome, actor, address, stream]), deed)) this.tell(deed, 1);
  }

  /** Newest first; what was told a moment ago is there. */
  async list(query: AuditQuery): Promise<AuditPage> {
    await this.write();
    const { stream, event, actor, from, to, limit, cursor } = query;
    const select = this.dataSource.manager.createQueryBuilder(AuditEvent, 'audit');
    if (stream !== undefined) select.andWhere('audit.stream = :stream', { stream });
    if (event !== undefined) select.andWhere('audit.event = :event', { event });
    if (actor !== undefined) select.andWhere('audit.actor = :actor', { actor });
    if (from !== undefined) select.andWhere('audit.happenedAt >= :from', { from: from.toISOString() });
    if (to !== undefined) select.andWhere('audit.happenedAt < :to', { to: to.toISOString() });
    if (cursor !== undefined) select.andWhere('(audit.happenedAt, audit.id) < (:happenedAt, :id)', cursor);
    select.orderBy('audit.happenedAt', 'DESC').addOrderBy('audit.id', 'DESC');
    const rows = await select.limit(limit + 1).getMany();
    const events = rows.slice(0, limit);
    const last = rows.length > limit ? events.at(-1) : undefined;
    return { events, nextCursor: last && `${last.happenedAt.toISOString()}_${last.id}` };
  }

  private tell(deed: Deed, times: number): void {
    this.logger.log({ ...deed, ...(times === 1 ? {} : { times }) }, 'audit');
    if (this.config.audit.max_events === 0) return;
    this.waiting.push(this.rowOf(deed, times));
    if (this.waiting.length <= MOST_WAITING) return;
    this.waiting.shift();
    this.lost += 1;
  }

  private rowOf({ event, outcome, actor, address, stream, subject }: Deed, times: number): AuditEvent {
    const happenedAt = new Date();
    return Object.assign(new AuditEvent(), {
      id: this.ids.next(happenedAt.getTime()),
      happenedAt,
      nodeAlias: this.config.recorder.node_alias,
      event,
      outcome,
      actor: actor.slice(0, 255),
      address,
      stream: stream?.slice(0, 255) ?? null,
      subject: subject?.slice(0, 255) ?? null,
      times,
    });
  }

  /** One after another; rows that could not be written wait for the next time. */
  private write(isLast = false): Promise<void> {
    for (const { failure, times } of this.failures.collect(isLast)) this.tell(failure, times);
    this.writing = this.writing.then(() => this.writeWaiting());
    return this.writing;
  }

  private async writeWaiting(): Promise<void> {
    if (this.waiting.length === 0) return;
    const rows = this.waiting;
    this.waiting = [];
    try {
      await inTransaction(this.dataSource, (manager) => insertRows(manager, AuditEvent, rows, 'DO NOTHING'));
      if (this.lost > 0)
        this.logger.warn({ lost: this.lost }, 'The database was away: some audit events are only in the log.');
      this.lost = 0;
    } catch (error) {
      this.waiting = [...rows, ...this.waiting];
      this.logger.debug({ err: error }, 'Audit events could not be written yet.');
    }
  }

  private async trim(): Promise<void> {
    const { max_events: mostEvents, max_age_days: days } = this.config.audit;
    try {
      await inTransaction(this.dataSource, async (manager) => {
        await manager.delete(AuditEvent, { happenedAt: LessThan(new Date(Date.now() - days * DAY_MS)) });
        const [last] = await manager.find(AuditEvent, {
          order: { happenedAt: 'DESC', id: 'DESC' },
          skip: mostEvents,
          take: 1,
        });
        if (last !== undefined)
          await manager.delete(AuditEvent, { happenedAt: LessThan(new Date(last.happenedAt.getTime() + 1)) });
      });
    } catch (error) {
      this.logger.warn({ err: error }, 'Old audit events could not be deleted; the next hour tries again.');
    }
  }
}
