import type { Stretch } from '../timeline';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const STEPS_MS = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND_MS),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR_MS),
];
/** As many as a phone has room for. */
const MOST_TICKS = 4;
/** Share of its length that a view has on either side. */
const FIT_MARGIN = 0.03;
const SHORTEST_VIEW_MS = 30 * SECOND_MS;

export function lengthOf({ fromMs, toMs }: Stretch): number {
  return toMs - fromMs;
}

export function isIn(atMs: number, { fromMs, toMs }: Stretch): boolean {
  return atMs >= fromMs && atMs < toMs;
}

/** @returns the reader's day that an instant is in */
export function dayAround(atMs: number): Stretch {
  const date = new Date(atMs);
  const from = new Date(date.getFullYear(), date.getMonth(), date.getDate());
  const to = new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1);
  return { fromMs: from.getTime(), toMs: to.getTime() };
}

/** @returns where an instant lies in a view, in per cent of its length */
export function percentOf(atMs: number, view: Stretch): number {
  return (Math.min(Math.max(atMs - view.fromMs, 0), lengthOf(view)) / lengthOf(view)) * 100;
}

/** @param share of the view's length, 0 to 1 */
export function instantAt(share: number, view: Stretch): number {
  return view.fromMs + Math.min(Math.max(share, 0), 1) * lengthOf(view);
}

/** @returns from the first to the last of what is recorded in a day; all of the day where nothing is */
export function extentOf(day: Stretch, ranges: readonly Stretch[]): Stretch {
  const [first, last] = [ranges[0], ranges.at(-1)];
  return first === undefined || last === undefined ? day : { fromMs: first.fromMs, toMs: last.toMs };
}

/** @returns a view of a stretch with something around it */
export function viewOf(stretch: Stretch, day: Stretch): Stretch {
  const marginMs = Math.max(lengthOf(stretch) * FIT_MARGIN, SHORTEST_VIEW_MS / 6);
  return inside({ fromMs: stretch.fromMs - marginMs, toMs: stretch.toMs + marginMs }, day);
}

/** @param factor below 1 shows less. @returns a view around `centreMs` that stays inside `bounds` */
export function zoom(view: Stretch, factor: number, centreMs: number, bounds: Stretch): Stretch {
  const lengthMs = Math.min(Math.max(lengthOf(view) * factor, SHORTEST_VIEW_MS), lengthOf(bounds));
  const centre = isIn(centreMs, view) ? centreMs : view.fromMs + lengthOf(view) / 2;
  const share = (centre - view.fromMs) / lengthOf(view);
  return inside({ fromMs: centre - share * lengthMs, toMs: centre + (1 - share) * lengthMs }, bounds);
}

/** @param share of its length that the view moves by. @returns it inside `bounds` */
export function shift(view: Stretch, share: number, bounds: Stretch): Stretch {
  const byMs = lengthOf(view) * share;
  return inside({ fromMs: view.fromMs + byMs, toMs: view.toMs + byMs }, bounds);
}

function inside({ fromMs, toMs }: Stretch, bounds: Stretch): Stretch {
  const byMs = Math.max(bounds.fromMs - fromMs, 0) + Math.min(bounds.toMs - toMs, 0);
  return { fromMs: Math.max(fromMs + byMs, bounds.fromMs), toMs: Math.min(toMs + byMs, bounds.toMs) };
}

/** @returns round times of day in a view */
export function ticksIn(view: Stretch): number[] {
  const stepMs = STEPS_MS.find((step) => lengthOf(view) / step <= MOST_TICKS) ?? 12 * HOUR_MS;
  const midnight = dayAround(view.fromMs).fromMs;
  const first = midnight + Math.ceil((view.fromMs - midnight) / stepMs) * stepMs;
  const ticks: number[] = [];
  for (let tick = first; tick < view.toMs; tick += stepMs) ticks.push(tick);
  return ticks;
}

/** @returns where playing from `atMs` begins: there, or where the next range does; undefined when nothing follows */
export function playableFrom(atMs: number, ranges: readonly Stretch[]): number | undefined {
  const range = ranges.find(({ toMs }) => toMs > atMs);
  return range === undefined ? undefined : Math.max(atMs, range.fromMs);
}
