import { Column, Entity, PrimaryColumn } from 'typeorm';
import { instantColumn } from '../../../persistence/column-types.js';

/** A server that runs or ran. */
@Entity('nodes')
export class NodeRow {
  @PrimaryColumn({ type: 'varchar', length: 255 })
  alias!: string;

  /** Where its HTTP interface is reached. */
  @Column({ type: 'varchar', length: 1024 })
  url!: string;

  @Column({ type: 'varchar', length: 64 })
  version!: string;

  @Column({ name: 'started_at', ...instantColumn })
  startedAt!: Date;

  @Column({ name: 'last_seen_at', ...instantColumn })
  lastSeenAt!: Date;

  /** Engine workers. */
  @Column({ type: 'integer' })
  workers!: number;

  /** Of the busiest worker's core; 100 while the node takes no new streams. */
  @Column({ name: 'cpu_percent', type: 'integer' })
  cpuPercent!: number;

  /** Peer connections. */
  @Column({ type: 'integer' })
  sessions!: number;

  /** Streams with a publisher. */
  @Column({ name: 'live_streams', type: 'integer', default: 0 })
  liveStreams!: number;
}
