import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../../../config/index.js';
import { inTransaction } from '../../../persistence/transaction.js';
import { NodeRow } from '../entities/index.js';
import { tellWhenCommitted } from '../events/index-events.js';
import { NO_ROOM_PERCENT } from './node-with-room.js';

const HEARTBEAT_MS = 10_000;

export interface NodeAddress {
  /** Where the HTTP interface is reached. */
  readonly url: string;
  readonly version: string;
}

export interface NodeLoad {
  readonly workers: number;
  /** Of the busiest worker's core. */
  readonly cpuPercent: number;
  /** Peer connections. */
  readonly sessions: number;
  /** Streams with a publisher. */
  readonly liveStreams: number;
  /** It takes no new streams at present: it is overloaded, or drains. */
  readonly takesNobody: boolean;
}

/** This server's row among the nodes: written at its start, touched while it runs. */
@Injectable()
export class NodeService implements BeforeApplicationShutdown {
  private readonly logger = new Logger(NodeService.name);
  readonly alias: string;
  private load: NodeLoad = { workers: 0, cpuPercent: 0, sessions: 0, liveStreams: 0, takesNobody: false };
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly dataSource: DataSource,
    @Inject(APP_CONFIG) config: AppConfig,
  ) {
    this.alias = config.recorder.node_alias;
  }

  /** To be called when the server listens; from then on it is seen alive. */
  async register(address: NodeAddress): Promise<void> {
    const now = new Date();
    const row: NodeRow = { alias: this.alias, ...address, ...this.told, startedAt: now, lastSeenAt: now };
    await inTransaction(this.dataSource, async (manager) => {
      await manager.upsert(NodeRow, row, ['alias']);
      tellWhenCommitted(manager, { type: 'node-changed', node: row });
    });
    clearInterval(this.timer);
    this.timer = setInterval(() => void this.beat(), HEARTBEAT_MS).unref();
  }

  /** What the next heartbeat says; whether there is room is said at once, as others send newcomers by it. @returns once it is said */
  async reportLoad(load: NodeLoad): Promise<void> {
    const hasChanged = this.load.takesNobody !== load.takesNobody;
    this.load = load;
    if (hasChanged && this.timer !== undefined) await this.beat();
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (this.timer === undefined) return;
    clearInterval(this.timer);
    await this.beat();
  }

  private get told(): Pick<NodeRow, 'workers' | 'cpuPercent' | 'sessions' | 'liveStreams'> {
    const { takesNobody, ...load } = this.load;
    return takesNobody ? { ...load, cpuPercent: NO_ROOM_PERCENT } : load;
  }

  private async beat(): Promise<void> {
    const change = { ...this.told, lastSeenAt: new Date() };
    try {
      await inTransaction(this.dataSource, async (manager) => {
        await manager.update(NodeRow, { alias: this.alias }, change);
        const node = await manager.findOneBy(NodeRow, { alias: this.alias });
        if (node !== null) tellWhenCommitted(manager, { type: 'node-changed', node });
      });
    } catch (error) {
      this.logger.warn({ err: error }, 'The node could not be marked as alive.');
    }
  }
}
