import type { Socket } from 'node:dgram';
import { fstatSync } from 'node:fs';
import { descriptorOf } from './descriptor-calls.js';
import { parseUdpTables, readUdpTables } from './udp-table.js';

/** What the kernel threw away of the UDP sockets of one thread, from its own table: they may share their port with others. */
export class ReceiveDrops {
  /** Since the start, closed sockets included. 0 where there is no such table. */
  total = 0;
  /** What is known of each open one, by its inode. */
  private readonly sockets = new Map<number, number>();
  private reading: Promise<void> | undefined;

  constructor(private readonly readTables: () => Promise<string> = readUdpTables) {}

  /** Until it is closed. */
  watch(socket: Socket): void {
    const inode = inodeOf(socket);
    if (inode === undefined) return;
    this.sockets.set(inode, 0);
    socket.once('close', () => this.sockets.delete(inode));
  }

  /** The table is read beside the thread, never twice at a time. */
  refresh(): Promise<void> {
    this.reading ??= this.read().finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async read(): Promise<void> {
    if (this.sockets.size === 0) return;
    for (const { inode, drops } of parseUdpTables(await this.readTables())) {
      const before = this.sockets.get(inode);
      if (before === undefined || drops <= before) continue;
      this.sockets.set(inode, drops);
      this.total += drops - before;
    }
  }
}

/** Of this thread: each has its own modules. */
export const receiveDrops = new ReceiveDrops();

/** @returns undefined on systems whose sockets have none */
function inodeOf(socket: Socket): number | undefined {
  try {
    return fstatSync(descriptorOf(socket)).ino;
  } catch {
    return undefined;
  }
}
