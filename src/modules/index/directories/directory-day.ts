import { dayAt, type CalendarDay } from '../../../shared/calendar-day.js';

const DATED = /\/(\d{4})\/(\d{2})\/(\d{2})$/;

/** @returns the day of a stream's default directory, `cam/2026/11/20`; undefined for every other directory */
export function dayOfDefaultDirectory(stream: string, directory: string): CalendarDay | undefined {
  const match = directory.startsWith(`${stream}/`) ? DATED.exec(directory.slice(stream.length)) : null;
  if (match?.index !== 0) return undefined;
  return { year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) };
}

/** The day that a list shows a directory under: its own, or for a `base_dir` that of its first media. */
export function dayOfDirectory(stream: string, directory: string, startedAt: Date, timeZone: string): CalendarDay {
  return dayOfDefaultDirectory(stream, directory) ?? dayAt(startedAt.getTime(), timeZone);
}
