import { Injectable } from '@nestjs/common';
import { DataSource, In, MoreThan } from 'typeorm';
import { ALIVE_MS } from '../../persistence/older-nodes.js';
import { NodeRow } from './entities/index.js';
import { NodeNotFoundError } from './index.errors.js';
import { addressBeside, nodeWithRoom } from './nodes/node-with-room.js';

export interface NodePage {
  readonly rows: readonly NodeRow[];
  readonly hasMore: boolean;
}

/** The servers that run or ran. */
@Injectable()
export class NodeListService {
  constructor(private readonly dataSource: DataSource) {}

  /** In the order of their aliases. @param after an alias: those behind it */
  async page(limit: number, after?: string): Promise<NodePage> {
    const rows = await this.dataSource.manager.find(NodeRow, {
      where: after === undefined ? {} : { alias: MoreThan(after) },
      order: { alias: 'ASC' },
      take: limit + 1,
    });
    return { rows: rows.slice(0, limit), hasMore: rows.length > limit };
  }

  /** @throws {NodeNotFoundError} */
  async details(alias: string): Promise<NodeRow> {
    const row = await this.dataSource.manager.findOneBy(NodeRow, { alias });
    if (row === null) throw new NodeNotFoundError(alias);
    return row;
  }

  async byAlias(aliases: readonly string[]): Promise<Map<string, NodeRow>> {
    const rows = await this.dataSource.manager.findBy(NodeRow, { alias: In([...aliases]) });
    return new Map(rows.map((row) => [row.alias, row]));
  }

  /**
   * @param asking alias of another node
   * @returns where that one reaches the node; undefined when it does not run, says only that it listens everywhere, or names the one
   *   address that both have behind a load balancer
   */
  async urlOf(alias: string, asking: string): Promise<URL | undefined> {
    const rows = await this.byAlias([alias, asking]);
    const row = rows.get(alias);
    if (row === undefined || !isRunning(row, Date.now())) return undefined;
    return addressBeside(rows.get(asking) ?? { url: '' }, row);
  }

  /** @returns origin of another node that takes who is too many for the node `alias`: see `nodeWithRoom` */
  async withRoom(alias: string): Promise<string | undefined> {
    const rows = await this.dataSource.manager.find(NodeRow);
    const nowMs = Date.now();
    return nodeWithRoom(
      rows.filter((row) => isRunning(row, nowMs)),
      alias,
    );
  }
}

/** @param nowMs epoch milliseconds */
export function isRunning({ lastSeenAt }: NodeRow, nowMs: number): boolean {
  return nowMs - lastSeenAt.getTime() < ALIVE_MS;
}
