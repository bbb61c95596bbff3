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

/** @param table `/proc/net/udp`, `/proc/net/udp6` or both; lines that are no rows are passed over */
export function readUdpTable(table: string): UdpTableRow[] {
  return table.split('\n').flatMap((line) => {
    const columns = line.trim().split(/\s+/);
    const [, port] = /^[0-9A-F]+:([0-9A-F]{4})$/.exec(columns[LOCAL_ADDRESS] ?? '') ?? [];
    const row = { localPort: parseInt(port ?? '', 16), inode: Number(columns[INODE]), drops: Number(columns[DROPS]) };
    return Object.values(row).every(Number.isInteger) ? [row] : [];
  });
}
