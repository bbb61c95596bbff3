import { dirname } from 'node:path/posix';
import type { BeforeApplicationShutdown, OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { inTransaction } from '../../persistence/transaction.js';
import type { Clock } from '../../shared/clock.js';
import type { IndexEventsService } from '../index/index-events.service.js';
import type { DirectoryService } from '../index/directory.service.js';
import type { FailureLog } from '../signaling/ports/failure-log.js';
import type { SignalingEvent } from '../signaling/ports/signaling-event.js';
import type { SignalingService } from '../signaling/signaling.service.js';
import type { OutboxService } from '../storage/outbox.service.js';
import type { Deliverer } from './delivery/deliverer.js';
import type { DeliveryLog } from './delivery/delivery-log.js';
import { WebhookSubject } from './entities/index.js';
import type { EventType, HappenedEvent, SubjectKind } from './events/event.js';
import { EventQueue } from './events/event-queue.js';
import type { EventWriter } from './events/event-writer.js';
import { eventOfIndex } from './events/index-source.js';
import { SignalingSource } from './events/signaling-source.js';
import type { StorageWatch } from './events/storage-watch.js';
import type { TargetDirectory } from './targets/target-directory.js';

const TRIM_EVERY_MS = 600_000;
const WATCH_EVERY_MS = 15_000;
const TAKE_OVER_EVERY_MS = 5_000;

/** What ends what is open of a kind, when the server that had it is gone. */
const ENDINGS: Readonly<Partial<Record<SubjectKind, EventType>>> = {
  publish: 'publish.stopped',
  subscribe: 'subscribe.stopped',
  stream: 'stream.deleted',
};

export interface WebhookSources {
  readonly dataSource: DataSource;
  readonly signaling: SignalingService;
  readonly directories: DirectoryService;
  readonly indexEvents: IndexEventsService;
  readonly outbox: OutboxService;
}

export interface WebhookParts {
  readonly targets: TargetDirectory;
  readonly log: DeliveryLog;
  readonly deliverer: Deliverer;
  readonly writer: EventWriter;
  readonly storageWatch: StorageWatch;
}

/** Tells whoever wants to know what happens: written down where it happens, told by a job as often as it takes. */
export class WebhooksService implements OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown {
  private readonly queue: EventQueue;
  private readonly signalingSource: SignalingSource;
  private timers: readonly NodeJS.Timeout[] = [];

  constructor(
    private readonly sources: WebhookSources,
    readonly parts: WebhookParts,
    private readonly nodeAlias: string,
    private readonly clock: Clock,
    private readonly failures: FailureLog,
  ) {
    this.queue = new EventQueue((events) => this.write(events), failures);
    this.signalingSource = new SignalingSource(sources.signaling);
    sources.outbox.handleCalls(parts.deliverer);
    this.followStreams();
    this.followRows();
  }

  /** What was open when this node stopped without a word is over, before anything else is. */
  async onApplicationBootstrap(): Promise<void> {
    await this.endOpen(undefined);
    this.queue.begin();
    this.timers = [
      setInterval(() => void this.trim(), TRIM_EVERY_MS).unref(),
      setInterval(() => void this.watchStorage(), WATCH_EVERY_MS).unref(),
      setInterval(() => void this.takeOver(), TAKE_OVER_EVERY_MS).unref(),
    ];
    void this.trim();
  }

  onModuleDestroy(): void {
    for (const timer of this.timers) clearInterval(timer);
    this.parts.deliverer.stop();
  }

  /** Sessions end with the server: what is said of them now is told after the next start. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.queue.end();
    try {
      await this.endOpen(this.clock.epochMs());
    } catch (error) {
      this.failures.warn('The end of sessions could not be written down for webhooks.', error);
    }
  }

  /** Streams of the configuration are there before anybody can hear of them. */
  private followStreams(): void {
    const { signaling } = this.sources;
    const follow = (event: SignalingEvent): void => {
      const happened = this.signalingSource.eventOf(event, this.now());
      if (happened !== undefined) this.queue.add(happened);
    };
    for (const { name } of signaling.streams()) follow({ type: 'stream-created', stream: name });
    signaling.on(follow);
  }

  private followRows(): void {
    const { indexEvents, outbox } = this.sources;
    indexEvents.writeWith(async (manager, event) => {
      const happened = eventOfIndex(event, this.now());
      if (happened !== undefined) await this.parts.writer.write(manager, [happened]);
    });
    outbox.tellUploads({
      stored: (manager, key) => this.tellOfUpload(manager, 'upload.stored', key),
      lost: (manager, key) => this.tellOfUpload(manager, 'upload.lost', key),
    });
  }

  private async tellOfUpload(manager: EntityManager, type: EventType, objectKey: string): Promise<void> {
    const { writer } = this.parts;
    if (!(await writer.isWanted(manager))) return;
    const stream = await this.sources.directories.directoryOwner(dirname(objectKey), undefined, manager);
    const subject = { kind: 'node', id: this.nodeAlias } as const;
    await writer.write(manager, [{ type, subject, stream, happenedAt: this.now(), data: { objectKey } }]);
  }

  private write(events: readonly HappenedEvent[]): Promise<void> {
    return inTransaction(this.sources.dataSource, (manager) => this.parts.writer.write(manager, events));
  }

  /** @param endedAtMs undefined: nobody knows when */
  private async endOpen(endedAtMs: number | undefined): Promise<void> {
    const { dataSource } = this.sources;
    const isAlone = dataSource.options.type === 'better-sqlite3';
    const where = { isOpen: 1 as const, ...(isAlone ? {} : { nodeAlias: this.nodeAlias }) };
    await inTransaction(dataSource, async (manager) => {
      const open = await manager.find(WebhookSubject, { where, order: { id: 'ASC' } });
      await this.parts.writer.write(
        manager,
        open.flatMap((subject) => this.endOf(subject, endedAtMs) ?? []),
      );
    });
  }

  private endOf({ id, stream, openedAt }: WebhookSubject, endedAtMs: number | undefined): HappenedEvent | undefined {
    const kind = id.slice(0, id.indexOf(':')) as SubjectKind;
    const type = ENDINGS[kind];
    if (type === undefined) return undefined;
    const durationMs = endedAtMs === undefined ? null : endedAtMs - openedAt.getTime();
    return {
      type,
      subject: { kind, id: id.slice(kind.length + 1) },
      stream: stream ?? undefined,
      happenedAt: this.now(),
      data: { reason: 'node-stopped', startedAt: openedAt.toISOString(), durationMs },
    };
  }

  private async trim(): Promise<void> {
    try {
      await this.parts.log.trim();
    } catch (error) {
      this.failures.warn('The log of webhooks could not be trimmed.', error);
    }
  }

  /** What a server that was killed has left, the others tell. A SQLite database has no others. */
  private async takeOver(): Promise<void> {
    const { targets, log } = this.parts;
    if (this.sources.dataSource.options.type === 'better-sqlite3') return;
    try {
      await log.takeOver((await targets.list()).map(({ id }) => id));
    } catch (error) {
      this.failures.warn('What other servers left for webhooks could not be looked for.', error);
    }
  }

  private async watchStorage(): Promise<void> {
    const event = await this.parts.storageWatch.look(this.now());
    if (event !== undefined) this.queue.add(event);
  }

  private now(): Date {
    return new Date(this.clock.epochMs());
  }
}
