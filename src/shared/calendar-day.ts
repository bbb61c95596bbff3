/** A day as some time zone counts it. */
export interface CalendarDay {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

// Making one takes longer than all that is done with it.
const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * @param timeZone of the IANA database
 * @throws {RangeError} when there is no such zone
 */
export function dayAt(epochMs: number, timeZone: string): CalendarDay {
  const parts = new Map(
    formatFor(timeZone)
      .formatToParts(epochMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  return { year: parts.get('year') ?? 0, month: parts.get('month') ?? 0, day: parts.get('day') ?? 0 };
}

function formatFor(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const calendar = {
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
  } as const;
  const format = new Intl.DateTimeFormat('en', { timeZone, ...calendar });
  formats.set(timeZone, format);
  return format;
}
