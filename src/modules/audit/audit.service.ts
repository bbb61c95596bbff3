import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource, LessThan, type EntityManager } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../../config/index.js';
import { insertRows } from '../../persistence/insert-rows.js';
import { inTransaction } from '../../persistence/transaction.js';
import { systemClock } from '../../shared/clock.js';
import { AppError } from '../../shared/errors.js';
import { growthOf, mostOf, partOf, whereBefore, whereOf, type AuditPart } from './audit-part.js';
import type { AuditQuery } from './audit-query.js';
import { AuditEvent } from './entities/audit-event.entity.js';
import { EventIds } from '../../persistence/event-ids.js';
import { RepeatedFailures } from './repeated-failures.js';
import { WaitingEvents } from './waiting-events.js';

/** What somebody did, or was refused. */
export interface Deed {
  readonly event: string;
  /** `ok`, or the code of a problem. */
  readonly outcome: string;
  readonly actor: string;
  readonly address: string;
  readonly stream: string | undefined;
  readonly subject: string | undefined;
  /** More of what was done. */
  readonly detail?: string | undefined;
}

export interface AuditPage {
  readonly events: readonly AuditEvent[];
  /** Undefined on the last page. */
  readonly nextCursor: string | undefined;
}

const WRITE_EVERY_MS = 500;
const TRIM_EVERY_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** What strangers name, they may have made up; who is known is told more of. */
const EXAMPLES: Readonly<Record<AuditPart, number>> = { known: 20, strangers: 3 };
const PARTS: readonly AuditPart[] = ['known', 'strangers'];

/**
 * Who did what: a line in the log at once, and a row a moment later, of which the newest are kept, those of strangers apart from
 * the others. Nothing waits for the rows.
 */
@Injectable()
export class AuditService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Audit');
  private readonly failures: Readonly<Record<AuditPart, RepeatedFailures<Deed>>> = {
    known: new RepeatedFailures<Deed>(EXAMPLES.known, systemClock),
    strangers: new RepeatedFailures<Deed>(EXAMPLES.strangers, systemClock),
  };
  private readonly ids = new EventIds();
  private readonly waiting = new WaitingEvents();
  private readonly grown: Record<AuditPart, number> = { known: 0, strangers: 0 };
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

  /** What fails again and again becomes a few lines and rows a minute. */
  record(deed: Deed): void {
    const { event, outcome, actor, address, stream = '' } = deed;
    const kind = { reason: `${event} ${outcome}`, source: JSON.stringify([actor, address]), example: stream };
    if (outcome === 'ok' || this.failures[partOf(deed)].add(kind, deed)) this.tell(deed, 1);
  }

  /** Somebody was sent away. What is no refusal of ours is not written down. */
  refused(error: unknown, who: Omit<Deed, 'event' | 'outcome'>): void {
    if (error instanceof AppError) this.record({ ...who, event: 'refused', outcome: error.code });
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
    this.waiting.add(this.rowOf(deed, times));
  }

  private rowOf({ event, outcome, actor, address, stream, subject, detail }: Deed, times: number): AuditEvent {
    const happenedAt = new Date();
    return Object.assign(new AuditEvent(), {
      id: this.ids.next(happenedAt.getTime()),
      happenedAt,
      nodeAlias: this.config.recorder.node_alias,
      event,
      outcome,
      actor: kept(actor),
      address,
      stream: stream === undefined ? null : kept(stream),
      subject: subject === undefined ? null : kept(subject),
      detail: detail === undefined ? null : kept(detail),
      times,
    });
  }

  /** One after another; rows that could not be written wait for the next time. */
  private write(isLast = false): Promise<void> {
    for (const part of PARTS) {
      for (const { failure, times, isOfMany } of this.failures[part].collect(isLast)) {
        this.tell(isOfMany ? ofMany(failure) : failure, times);
      }
    }
    this.writing = this.writing.then(() => this.writeWaiting());
    return this.writing;
  }

  private async writeWaiting(): Promise<void> {
    const rows = this.waiting.take();
    if (rows.length === 0) return;
    try {
      await inTransaction(this.dataSource, (manager) => insertRows(manager, AuditEvent, rows, 'DO NOTHING'));
    } catch (error) {
      this.waiting.putBack(rows);
      this.logger.debug({ err: error }, 'Audit events could not be written yet.');
      return;
    }
    const lost = this.waiting.takeLost();
    if (lost > 0)
      this.logger.warn(
        { lost },
        'The database was away, or too much came at once: some audit events are only in the log.',
      );
    for (const row of rows) this.grown[partOf(row)] += 1;
    const { max_events: mostEvents } = this.config.audit;
    if (PARTS.some((part) => this.grown[part] >= growthOf(part, mostEvents))) await this.trim();
  }

  private async trim(): Promise<void> {
    const { max_events: mostEvents, max_age_days: days } = this.config.audit;
    try {
      await inTransaction(this.dataSource, async (manager) => {
        await manager.delete(AuditEvent, { happenedAt: LessThan(new Date(Date.now() - days * DAY_MS)) });
        for (const part of PARTS) await trimPart(manager, part, mostOf(part, mostEvents));
      });
      for (const part of PARTS) this.grown[part] = 0;
    } catch (error) {
      this.logger.warn({ err: error }, 'Old audit events could not be deleted; the next hour tries again.');
    }
  }
}

async function trimPart(manager: EntityManager, part: AuditPart, most: number): Promise<void> {
  const [last] = await manager.find(AuditEvent, {
    where: whereOf(part),
    order: { happenedAt: 'DESC', id: 'DESC' },
    skip: most,
    take: 1,
  });
  if (last === undefined) return;
  const where = whereBefore(part, new Date(last.happenedAt.getTime() + 1));
  await manager.createQueryBuilder().delete().from(AuditEvent).where(where).execute();
}

/** Whose and about what they were differs. */
function ofMany(failure: Deed): Deed {
  return { ...failure, actor: '', address: '', stream: undefined, subject: undefined, detail: undefined };
}

/** What somebody sent, as a column takes it: a row that the database refuses would hold up all behind it. */
function kept(text: string): string {
  return text.replace(/\p{Cc}/gu, '\u{fffd}').slice(0, 255);
}
