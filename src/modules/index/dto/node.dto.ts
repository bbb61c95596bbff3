import { ApiProperty } from '@nestjs/swagger';
import type { NodeRow } from '../entities/index.js';
import { isRunning } from '../node-list.service.js';

/** A server that runs or ran; load as its last heartbeat said. */
export class NodeDto {
  @ApiProperty()
  readonly alias: string;

  @ApiProperty({ description: 'Where its HTTP interface is reached' })
  readonly url: string;

  @ApiProperty()
  readonly version: string;

  @ApiProperty({ description: 'It was seen in the last 30 s' })
  readonly isRunning: boolean;

  @ApiProperty({ format: 'date-time' })
  readonly startedAt: string;

  @ApiProperty({ format: 'date-time' })
  readonly lastSeenAt: string;

  @ApiProperty({ type: 'integer', description: 'Streams with a publisher' })
  readonly liveStreams: number;

  @ApiProperty({ type: 'integer', description: 'Peer connections' })
  readonly sessions: number;

  @ApiProperty({ type: 'integer', description: 'Media worker threads, each a core at most' })
  readonly workers: number;

  @ApiProperty({ description: "Of the busiest worker's core; 100 while the node takes no new streams" })
  readonly cpuPercent: number;

  constructor(row: NodeRow) {
    this.alias = row.alias;
    this.url = row.url;
    this.version = row.version;
    this.isRunning = isRunning(row, Date.now());
    this.startedAt = row.startedAt.toISOString();
    this.lastSeenAt = row.lastSeenAt.toISOString();
    this.liveStreams = row.liveStreams;
    this.sessions = row.sessions;
    this.workers = row.workers;
    this.cpuPercent = row.cpuPercent;
  }
}
