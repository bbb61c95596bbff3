// The arithmetic of a run on one server, and how it is shown.

/** What was counted between two moments, while all senders sent. */
export interface Window {
  readonly durationMs: number;
  readonly streams: number;
  /** Of the whole process. */
  readonly cpuUs: number;
  readonly packetsSent: number;
  /** By the kernel, as a socket's buffer was full. */
  readonly packetsDropped: number;
  readonly residentMb: number;
  /** Before anybody had connected. */
  readonly baseMb: number;
}

export interface Costs {
  readonly packetsPerSecond: number;
  /** What a server never got cost it nothing: it is not counted. */
  readonly usPerReceivedPacket: number;
  readonly corePercentPerStream: number;
  readonly corePercent: number;
  readonly megabytesPerStream: number;
}

export function costs(window: Window): Costs {
  const received = Math.max(0, window.packetsSent - window.packetsDropped);
  const corePercent = window.cpuUs / window.durationMs / 10;
  return {
    packetsPerSecond: (window.packetsSent * 1000) / window.durationMs,
    usPerReceivedPacket: window.cpuUs / received,
    corePercent,
    corePercentPerStream: corePercent / window.streams,
    megabytesPerStream: (window.residentMb - window.baseMb) / window.streams,
  };
}

/** @param share 0 to 1. @returns the value that so many are not above; NaN of none */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

/** @param payloadBytes what goes into one RTP packet. @returns packets of NAL units of these sizes: those that do not fit are cut up (FU-A, RFC 6184 section 5.8) */
export function packetsOfUnits(unitBytes: readonly number[], payloadBytes: number): number {
  const fragmentBytes = payloadBytes - 2;
  return unitBytes.reduce(
    (sum, bytes) => sum + (bytes <= payloadBytes ? 1 : Math.ceil((bytes - 1) / fragmentBytes)),
    0,
  );
}

/** How a recording differs from what was sent: the longest common run of frames in their order. */
export interface Difference {
  readonly missing: number;
  /** Of those, before the first and behind the last that is there. */
  readonly missingAtStart: number;
  readonly missingAtEnd: number;
  /** Recorded, but never sent, or not there. */
  readonly foreign: number;
}

/** Frames of the same content count in their order: each recorded one is the next of its kind that was sent. */
export function difference(sent: readonly string[], recorded: readonly string[]): Difference {
  const found: number[] = [];
  let next = 0;
  for (const frame of recorded) {
    const place = sent.indexOf(frame, next);
    if (place < 0) continue;
    found.push(place);
    next = place + 1;
  }
  return {
    missing: sent.length - found.length,
    missingAtStart: found[0] ?? sent.length,
    missingAtEnd: found.length === 0 ? 0 : sent.length - 1 - (found.at(-1) ?? 0),
    foreign: recorded.length - found.length,
  };
}

/** Columns as wide as they have to be, numbers on the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    widths
      .map((width, column) => (column === 0 ? (row[0] ?? '').padEnd(width) : (row[column] ?? '').padStart(width)))
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}
