import { formatClock } from '../format';
import type { Stretch } from '../timeline';
import { lengthOf, percentOf } from './time-scale';

const SECOND_MS = 1000;

interface Props {
  readonly label: string;
  readonly className: string;
  readonly atMs: number;
  readonly view: Stretch;
  /** Where it may be moved. */
  readonly bounds: Stretch;
  readonly onMove: (atMs: number) => void;
  /** @returns the instant under a pointer */
  readonly instantOf?: (clientX: number) => number;
}

/** A place on the timeline that is moved by keys, and by a pointer where it can be grabbed. */
export function TimeHandle({ label, className, atMs, view, bounds, onMove, instantOf }: Props): React.JSX.Element {
  const move = (toMs: number): void => {
    onMove(Math.min(Math.max(toMs, bounds.fromMs), bounds.toMs));
  };
  const press = (event: React.KeyboardEvent): void => {
    const to = target(event, atMs, view, bounds);
    if (to === undefined) return;
    event.preventDefault();
    move(to);
  };
  const grab = (event: React.PointerEvent<HTMLElement>): void => {
    if (instantOf === undefined) return;
    event.stopPropagation();
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const drag = (event: React.PointerEvent<HTMLElement>): void => {
    if (instantOf === undefined || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
    event.stopPropagation();
    move(instantOf(event.clientX));
  };
  return (
    <div
      role="slider"
      tabIndex={0}
      className={className}
      style={{ left: `${percentOf(atMs, view)}%` }}
      aria-label={label}
      aria-valuemin={Math.round(bounds.fromMs / SECOND_MS)}
      aria-valuemax={Math.round(bounds.toMs / SECOND_MS)}
      aria-valuenow={Math.round(atMs / SECOND_MS)}
      aria-valuetext={formatClock(new Date(atMs).toISOString())}
      onKeyDown={press}
      onPointerDown={grab}
      onPointerMove={drag}
      onPointerUp={(event) => {
        if (instantOf !== undefined) event.stopPropagation();
      }}
    />
  );
}

/** Arrows move by a second, with Shift by ten; pages by a tenth of what is shown. */
function target(
  { key, shiftKey }: React.KeyboardEvent,
  atMs: number,
  view: Stretch,
  bounds: Stretch,
): number | undefined {
  const arrowMs = shiftKey ? 10 * SECOND_MS : SECOND_MS;
  const pageMs = lengthOf(view) / 10;
  const moves: Readonly<Record<string, number>> = {
    ArrowLeft: atMs - arrowMs,
    ArrowDown: atMs - arrowMs,
    ArrowRight: atMs + arrowMs,
    ArrowUp: atMs + arrowMs,
    PageDown: atMs - pageMs,
    PageUp: atMs + pageMs,
    Home: Math.max(view.fromMs, bounds.fromMs),
    End: Math.min(view.toMs, bounds.toMs),
  };
  return moves[key];
}
