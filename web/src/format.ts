const DAY_WORDS = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' } as const;

/** @returns `1:02:03` or `2:03` */
export function formatDuration(durationMs: number): string {
  const seconds = Math.round(durationMs / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, i) => (i === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

/** @returns `40 ms`, `1.4 s` or `2:03` */
export function formatShortTime(durationMs: number): string {
  if (durationMs < 100) return `${Math.round(durationMs)} ms`;
  return durationMs < 60_000 ? `${(durationMs / 1000).toFixed(1)} s` : formatDuration(durationMs);
}

/** Never rounded up: what lacks anything is not 100 %. @returns `99.8 %`, with more decimals close to 100 */
export function formatShare(share: number): string {
  const percent = share * 100;
  const steps = percent >= 99.9 ? 1000 : 10;
  return `${String(Math.floor(percent * steps) / steps)} %`;
}

/** @returns the time of day with seconds where the reader is */
export function formatClock(instant: string): string {
  return new Date(instant).toLocaleTimeString();
}

/** @returns `980 kB`, `12.3 MB` or `4.5 GB` */
export function formatBytes(bytes: number): string {
  if (bytes < 1e6) return `${Math.round(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** @returns `2.4 Mbit/s` or `48 kbit/s` */
export function formatBitrate(bitsPerSecond: number): string {
  return bitsPerSecond >= 1e6
    ? `${(bitsPerSecond / 1e6).toFixed(1)} Mbit/s`
    : `${Math.round(bitsPerSecond / 1e3)} kbit/s`;
}

/** @returns the day in the reader's own words, from the numbers of the index */
export function formatDay({ year, month, day }: { year: number; month: number; day: number }): string {
  return new Date(year, month - 1, day).toLocaleDateString(undefined, DAY_WORDS);
}

/** @param epochMs epoch milliseconds. @returns the time of day where the reader is */
export function formatTime(epochMs: number): string {
  return new Date(epochMs).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
}

/** @returns the day where the reader is, in words */
export function formatDate(instant: string): string {
  return new Date(instant).toLocaleDateString(undefined, DAY_WORDS);
}

/** @returns `3 s`, `2 min` or `1 h 20 min`: how long something still takes */
export function formatWait(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
