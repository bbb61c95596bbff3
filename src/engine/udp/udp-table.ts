import { readFile } from 'node:fs/promises';

/** One UDP socket of the kernel's own table. */
export interface UdpTableRow {
  readonly localPort: number;
  readonly inode: number;
  /** Datagrams that were dropped since the socket was opened, as its receive buffer was full. */
  readonly drops: number;
}

/** Columns of a row, as they are since Linux 2.6.27. */
const LOCAL_ADDRESS = 1;
const INODE = 9;
const DROPS = 12;

const TABLES = ['/proc/net/udp', '/proc/net/udp6'];

/** @returns the text of both tables; empty on systems without them */
export async function readUdpTables(): Promise<string> {
  const tables = await Promise.all(TABLES.map((path) => readFile(path, 'utf8').catch(() => '')));
  return tables.join('\n');
}

/** @param tables as {@link readUdpTables} has them; lines that are no rows are passed over */
export function parseUdpTables(tables: string): UdpTableRow[] {
  return tables.split('\n').flatMap((line) => {
    const columns = line.trim().split(/\s+/);
    const [, port] = /^[0-9A-F]+:([0-9A-F]{4})$/.exec(columns[LOCAL_ADDRESS] ?? '') ?? [];
    const row = { localPort: parseInt(port ?? '', 16), inode: Number(columns[INODE]), drops: Number(columns[DROPS]) };
    return Object.values(row).every(Number.isInteger) ? [row] : [];
  });
}
