// What a process costs, by the kernel's own account (proc(5)).
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

const NANOSECONDS_PER_MICROSECOND = 1000;
/** The kernel keeps so many letters of a thread's name. */
const NAME_LETTERS = 15;

/** Processor time of a process, or of its threads of that name, to the nanosecond: ticks would be too coarse for short runs. */
export function threadMicroseconds(pid: number, name?: string): number {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const wanted = name?.slice(0, NAME_LETTERS);
  const isWanted = (task: string): boolean =>
    wanted === undefined || readFileSync(`/proc/${pid}/task/${task}/comm`, 'utf8').startsWith(wanted);
  const used = tasks.filter(isWanted).map((task) => readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8'));
  return used.reduce((sum, text) => sum + Number(text.split(' ')[0]), 0) / NANOSECONDS_PER_MICROSECOND;
}

export function residentMegabytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** Datagrams that found the buffer of a UDP socket of the process full. */
export function socketDrops(pid: number): number {
  const inodes = new Set(socketInodes(pid));
  const lines = ['udp', 'udp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8').trim().split('\n').slice(1),
  );
  const rows = lines.map((line) => line.trim().split(/\s+/));
  return rows.filter((row) => inodes.has(row[9] ?? '')).reduce((sum, row) => sum + Number(row.at(-1)), 0);
}

function socketInodes(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1] ?? [];
    } catch {
      return [];
    }
  });
}
