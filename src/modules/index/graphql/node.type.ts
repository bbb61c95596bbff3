import { Field, Float, ID, Int, ObjectType } from '@nestjs/graphql';
import { connectionTypeOf } from '../../../platform/graphql/connection.js';
import { Instant } from '../../../platform/graphql/scalars.js';
import type { NodeRow } from '../entities/index.js';
import { isRunning } from '../node-list.service.js';

@ObjectType('NodeLoad', { description: 'As its last heartbeat said.' })
export class NodeLoadType {
  @Field(() => Float, { description: "Of the busiest worker's core; 100 while the node takes no new streams." })
  readonly cpuPercent: number;

  @Field(() => Int, { description: 'Peer connections.' })
  readonly sessions: number;

  constructor({ cpuPercent, sessions }: NodeRow) {
    this.cpuPercent = cpuPercent;
    this.sessions = sessions;
  }
}

@ObjectType('NodeCapacity')
export class NodeCapacityType {
  @Field(() => Int, { description: 'Media worker threads, each a core at most.' })
  readonly workers: number;

  @Field(() => Float, {
    description: "What is left of the busiest worker's core; 0 while the node takes no new streams.",
  })
  readonly freePercent: number;

  constructor({ workers, cpuPercent }: NodeRow) {
    this.workers = workers;
    this.freePercent = Math.max(0, 100 - cpuPercent);
  }
}

@ObjectType('Node', { description: 'A server that runs or ran.' })
export class NodeType {
  @Field(() => ID, { description: 'Its alias.' })
  readonly id: string;

  @Field(() => String)
  readonly alias: string;

  @Field(() => String, { description: 'Where its HTTP interface is reached.' })
  readonly url: string;

  @Field(() => String)
  readonly version: string;

  @Field(() => Boolean, { description: 'It was seen in the last 30 s.' })
  readonly isRunning: boolean;

  @Field(() => Instant)
  readonly startedAt: Date;

  @Field(() => Instant)
  readonly lastSeenAt: Date;

  @Field(() => Int, { description: 'Streams with a publisher.' })
  readonly liveStreams: number;

  @Field(() => NodeLoadType)
  readonly load: NodeLoadType;

  @Field(() => NodeCapacityType)
  readonly capacity: NodeCapacityType;

  constructor(row: NodeRow) {
    this.id = row.alias;
    this.alias = row.alias;
    this.url = row.url;
    this.version = row.version;
    this.isRunning = isRunning(row, Date.now());
    this.startedAt = row.startedAt;
    this.lastSeenAt = row.lastSeenAt;
    this.liveStreams = row.liveStreams;
    this.load = new NodeLoadType(row);
    this.capacity = new NodeCapacityType(row);
  }
}

export const NodeConnection = connectionTypeOf(NodeType, 'Node');
