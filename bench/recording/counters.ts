// What the running server says of itself: its settings, and counters that have to move while it records.

/** Of `GET /api/info`. */
export interface ServerInfo {
  readonly engine: readonly { readonly what: string; readonly name: string; readonly reason: string }[];
  readonly settings: Readonly<Record<string, string | number>>;
}

export async function readInfo(address: string): Promise<ServerInfo> {
  return (await (await fetch(`${address}/api/info`)).json()) as ServerInfo;
}

/** Each is something that a run could have left out, and been faster for it. */
const MOVING = {
  aircheck_nacks_sent_total: 'requests for lost packets',
  aircheck_rtp_packets_repaired_total: 'packets that came again',
  aircheck_datagrams_sent_total: 'feedback and reports',
  aircheck_plis_sent_total: 'requests for key frames',
  aircheck_fsync_seconds_count: 'files forced to the disk',
  aircheck_segments_committed_total: 'segments with a row in the index',
} as const;

type Name = keyof typeof MOVING;
export type Counters = Readonly<Record<Name, number>>;

export async function readCounters(address: string): Promise<Counters> {
  const text = await readMetrics(address);
  const names = Object.keys(MOVING) as Name[];
  return Object.fromEntries(names.map((name) => [name, sumOf(text, name)])) as Record<Name, number>;
}

export async function readMetric(address: string, name: string): Promise<number> {
  return sumOf(await readMetrics(address), name);
}

/** As Prometheus reads them. */
export async function readMetrics(address: string): Promise<string> {
  return (await fetch(`${address}/metrics`)).text();
}

/** The sum over all labels of one; 0 where it is absent. @param text of `readMetrics` */
export function sumOf(text: string, name: string): number {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return lines.reduce((total, line) => total + Number(line.split(' ').at(-1)), 0);
}

/** @returns what was counted, in words, and what stood still */
export function compareCounters(before: Counters, after: Counters): { moved: string[]; still: string[] } {
  const names = Object.keys(MOVING) as Name[];
  return {
    moved: names.map((name) => `${after[name] - before[name]} ${MOVING[name]}`),
    still: names.filter((name) => after[name] <= before[name]).map((name) => MOVING[name]),
  };
}
