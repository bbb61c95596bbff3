import { useRef, useState } from 'react';
import { formatClock, formatShortTime } from '../format';
import { causeName } from '../gap-causes';
import type { Stretch, Timeline, TimelineGap } from '../timeline';
import { Preview } from './preview';
import { instantAt, isIn, lengthOf, percentOf, ticksIn } from './time-scale';
import { TimeHandle } from './time-handle';
import type { Thumbnails } from './thumbnails';

/** Pictures are asked for at such steps of a view, so that the same one serves neighbouring pixels. */
const PICTURE_STEPS = 300;
const LEAST_STEP_MS = 1000;
const BOTH = 2;
/** Ticks of shorter views have seconds. */
const FINE_VIEW_MS = 10 * 60_000;
const LAST_LABEL_PERCENT = 92;
const LAST_LABEL_ON_PHONE_PERCENT = 72;

interface Props {
  readonly view: Stretch;
  /** Where a clip may lie. */
  readonly extent: Stretch;
  readonly timeline: Timeline;
  readonly thumbnails: Thumbnails | undefined;
  readonly positionMs: number;
  readonly clip: Stretch | undefined;
  readonly onSeek: (atMs: number) => void;
  readonly onClip: (clip: Stretch) => void;
  readonly onZoom: (factor: number, centreMs: number) => void;
}

/** What is recorded in a view, drawn: the pointer shows what is there, a press plays from there. */
export function TimelineBar(props: Props): React.JSX.Element {
  const { view, extent, timeline, thumbnails, positionMs, clip, onSeek, onClip, onZoom } = props;
  const bar = useRef<HTMLDivElement>(null);
  const [pointedMs, setPointed] = useState<number>();
  const [told, setTold] = useState<TimelineGap>();
  const instantOf = (clientX: number): number => {
    const { left, width } = bar.current?.getBoundingClientRect() ?? { left: 0, width: 1 };
    return instantAt((clientX - left) / width, view);
  };
  const point = ({ clientX }: { readonly clientX: number }): void => {
    setPointed(instantOf(clientX));
  };
  const away = (): void => {
    setPointed(undefined);
  };
  const play = (event: React.PointerEvent): void => {
    onSeek(instantOf(event.clientX));
    if (event.pointerType !== 'mouse') away();
  };
  const whole = timeline.gaps.filter(isWhole);
  const reason = pointedMs === undefined ? undefined : reasonAt(pointedMs, timeline);
  return (
    <div className="timeline">
      {pointedMs !== undefined && (
        <Preview atMs={stepped(pointedMs, view)} view={view} thumbnails={thumbnails} reason={reason} />
      )}
      <div
        ref={bar}
        className="timeline-bar"
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={away}
        onPointerUp={play}
        onWheel={({ deltaY, ctrlKey, clientX }) => {
          if (ctrlKey) onZoom(deltaY > 0 ? 1.25 : 0.8, instantOf(clientX));
        }}
      >
        {timeline.ranges.map((range) => (
          <span key={range.fromMs} className="range" style={place(range, view)} />
        ))}
        {timeline.gaps
          .filter((gap) => !isWhole(gap))
          .map((gap) => (
            <span key={`${gap.fromMs} ${gap.kinds.join()}`} className="range partial" style={place(gap, view)} />
          ))}
        <Gaps gaps={whole} view={view} onTell={setTold} />
        {clip !== undefined && <span className="clip" style={place(clip, view)} />}
        {isIn(positionMs, view) && (
          <TimeHandle
            label="Playing"
            className="playhead"
            atMs={positionMs}
            view={view}
            bounds={view}
            onMove={onSeek}
          />
        )}
        {clip !== undefined && (
          <>
            <TimeHandle
              label="Start of the clip"
              className="handle start"
              atMs={clip.fromMs}
              view={view}
              bounds={{ fromMs: extent.fromMs, toMs: clip.toMs - LEAST_STEP_MS }}
              onMove={(fromMs) => onClip({ ...clip, fromMs })}
              instantOf={instantOf}
            />
            <TimeHandle
              label="End of the clip"
              className="handle end"
              atMs={clip.toMs}
              view={view}
              bounds={{ fromMs: clip.fromMs + LEAST_STEP_MS, toMs: extent.toMs }}
              onMove={(toMs) => onClip({ ...clip, toMs })}
              instantOf={instantOf}
            />
          </>
        )}
      </div>
      <Ticks view={view} />
      <p className="facts" role="status">
        {told !== undefined && describeGap(told)}
      </p>
    </div>
  );
}

interface GapsProps {
  readonly gaps: readonly TimelineGap[];
  readonly view: Stretch;
  readonly onTell: (gap: TimelineGap | undefined) => void;
}

/** One stop of the Tab key; arrows go from gap to gap. */
function Gaps({ gaps, view, onTell }: GapsProps): React.JSX.Element {
  const [current, setCurrent] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const go = (index: number): void => {
    if (index < 0 || index >= gaps.length) return;
    setCurrent(index);
    list.current?.querySelectorAll('button')[index]?.focus();
  };
  return (
    <div ref={list} role="group" aria-label="Gaps">
      {gaps.map((gap, index) => (
        <button
          key={`${gap.fromMs} ${gap.reason}`}
          className={`gap ${gap.reason}`}
          style={place(gap, view)}
          aria-label={describeGap(gap)}
          tabIndex={index === Math.min(current, gaps.length - 1) ? 0 : -1}
          onFocus={() => onTell(gap)}
          onBlur={() => onTell(undefined)}
          onPointerEnter={() => onTell(gap)}
          onPointerLeave={() => onTell(undefined)}
          onKeyDown={({ key }) => {
            if (key === 'ArrowRight') go(index + 1);
            if (key === 'ArrowLeft') go(index - 1);
          }}
        />
      ))}
    </div>
  );
}

function Ticks({ view }: { readonly view: Stretch }): React.JSX.Element {
  const minutes = { hour: '2-digit', minute: '2-digit' } as const;
  const options = lengthOf(view) < FINE_VIEW_MS ? ({ ...minutes, second: '2-digit' } as const) : minutes;
  return (
    <div className="ticks" aria-hidden="true">
      {ticksIn(view).map((tick) => (
        <span key={tick} className={tickClass(tick, view)} style={{ left: `${percentOf(tick, view)}%` }}>
          {new Date(tick).toLocaleTimeString(undefined, options)}
        </span>
      ))}
    </div>
  );
}

/** Near the end there is no room for a time behind its line, on a phone sooner than elsewhere. */
function tickClass(tick: number, view: Stretch): string {
  const percent = percentOf(tick, view);
  if (percent > LAST_LABEL_PERCENT) return 'bare';
  return percent > LAST_LABEL_ON_PHONE_PERCENT ? 'late' : '';
}

function isWhole({ kinds, session }: TimelineGap): boolean {
  return kinds.length === BOTH || session === null;
}

function place(stretch: Stretch, view: Stretch): React.CSSProperties {
  const left = percentOf(stretch.fromMs, view);
  return { left: `${left}%`, width: `${percentOf(stretch.toMs, view) - left}%` };
}

function stepped(atMs: number, view: Stretch): number {
  const stepMs = Math.max(LEAST_STEP_MS, Math.round(lengthOf(view) / PICTURE_STEPS));
  return Math.floor(atMs / stepMs) * stepMs;
}

function reasonAt(atMs: number, { ranges, gaps }: Timeline): string | undefined {
  if (ranges.some((range) => isIn(atMs, range))) return undefined;
  return causeName(gaps.find((gap) => isIn(atMs, gap))?.reason ?? 'not-recorded');
}

function describeGap({ fromMs, toMs, reason }: TimelineGap): string {
  const [from, to] = [fromMs, toMs].map((atMs) => formatClock(new Date(atMs).toISOString()));
  return `${from ?? ''} to ${to ?? ''}, ${formatShortTime(toMs - fromMs)}: ${causeName(reason)}`;
}
