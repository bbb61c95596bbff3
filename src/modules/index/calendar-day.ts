export interface CalendarDay {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

const DATED = /\/(\d{4})\/(\d{2})\/(\d{2})$/;

/** @returns the day of a stream's default directory, `cam/2026/11/20`; undefined for every other directory */
export function dayOfDefaultDirectory(stream: string, directory: string): CalendarDay | undefined {
  const match = directory.startsWith(`${stream}/`) ? DATED.exec(directory.slice(stream.length)) : null;
  if (match?.index !== 0) return undefined;
  return { year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) };
}

/** @param timeZone of the IANA database */
export function dayAt(instant: Date, timeZone: string): CalendarDay {
  const format = new Intl.DateTimeFormat('en', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
  });
  const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  return { year: parts.get('year') ?? 0, month: parts.get('month') ?? 0, day: parts.get('day') ?? 0 };
}

/** The day that a list shows a directory under: its own, or for a `base_dir` that of its first media. */
export function dayOfDirectory(stream: string, directory: string, startedAt: Date, timeZone: string): CalendarDay {
  return dayOfDefaultDirectory(stream, directory) ?? dayAt(startedAt, timeZone);
}
