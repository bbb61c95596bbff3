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

/** Processor time of each kind of thread: those that differ by a number at the end of their names are one kind. */
export function microsecondsByThread(pid: number): ReadonlyMap<string, number> {
  const used = new Map<string, number>();
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const folder = `/proc/${pid}/task/${task}`;
    const name = readFileSync(`${folder}/comm`, 'utf8')
      .trim()
      .replace(/[-\d]+$/, '');
    const nanoseconds = Number(readFileSync(`${folder}/schedstat`, 'utf8').split(' ')[0]);
    used.set(name, (used.get(name) ?? 0) + nanoseconds / NANOSECONDS_PER_MICROSECOND);
  }
  return used;
}

export function openDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
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
