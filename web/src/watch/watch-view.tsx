import { useEffect, useMemo, useRef, useState } from 'react';
import { Problem } from '../attempt';
import { formatBytes, formatDuration } from '../format';
import { count } from '../missing';
import type { Stretch, Timeline } from '../timeline';
import { showPlace, type Place } from './address';
import { ClipControls } from './clip-controls';
import { DayPicker } from './day-picker';
import { ExportControls } from './export-controls';
import { RangePlayer } from './range-player';
import { Thumbnails } from './thumbnails';
import { TimelineBar } from './timeline-bar';
import { dayAround, extentOf, lengthOf, playableFrom, shift, viewOf, zoom } from './time-scale';
import { useTimeline } from './use-timeline';

interface Props {
  /** Where to begin. */
  readonly watched: Place;
  readonly onClose: () => void;
}

/** Keys that are held seek once they are let go. */
const SEEK_REST_MS = 250;

/** A stream's recordings by day: what there is, and playing from any point of it. */
export function WatchView({ watched, onClose }: Props): React.JSX.Element {
  const { stream, atMs } = watched;
  const video = useRef<HTMLVideoElement>(null);
  const player = useRef<RangePlayer>(undefined);
  const seekTimer = useRef<number>(undefined);
  const [day, setDay] = useState(() => dayAround(atMs));
  /** Undefined for as much as is recorded. */
  const [chosen, setView] = useState(watched.view);
  const [positionMs, setPosition] = useState(atMs);
  const [clip, setClip] = useState(watched.clip);
  /** Where it was last told to play from. */
  const [soughtMs, setSought] = useState(atMs);
  const [problem, setProblem] = useState<string>();
  /** Where to play from as soon as it is known what is recorded. */
  const wantedMs = useRef<number | undefined>(atMs);
  const { timeline, problem: unread } = useTimeline(stream, day);
  const extent = extentOf(day, timeline?.ranges ?? []);
  const view = chosen ?? viewOf(extent, day);
  const thumbnails = useThumbnails(stream);

  useEffect(() => {
    const element = video.current;
    if (element === null) return undefined;
    element.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
    player.current = new RangePlayer(element, stream, { onPosition: setPosition, onProblem: setProblem });
    return () => {
      window.clearTimeout(seekTimer.current);
      player.current?.close();
    };
  }, [stream]);

  useEffect(() => {
    if (timeline === undefined || wantedMs.current === undefined) return;
    if (playFrom(player.current, wantedMs.current, day, timeline)) wantedMs.current = undefined;
  }, [timeline, day]);

  useEffect(() => {
    const rest = window.setTimeout(() => {
      showPlace({ stream, atMs: soughtMs, view: chosen, clip });
    }, SEEK_REST_MS);
    return () => {
      window.clearTimeout(rest);
    };
  }, [stream, soughtMs, chosen, clip]);

  const seek = (toMs: number): void => {
    setPosition(toMs);
    setSought(toMs);
    window.clearTimeout(seekTimer.current);
    if (timeline === undefined) return;
    seekTimer.current = window.setTimeout(() => playFrom(player.current, toMs, day, timeline), SEEK_REST_MS);
  };
  const show = (picked: Stretch): void => {
    setDay(picked);
    setSought(picked.fromMs);
    setView(undefined);
    setClip(undefined);
    wantedMs.current = picked.fromMs;
  };
  const isWholeDay = lengthOf(view) === lengthOf(day);
  return (
    <section className="card wide watch" aria-label={`Player: ${stream}`}>
      <div className="player-head">
        <h2>{stream}</h2>
        <button onClick={onClose}>Close</button>
      </div>
      <div className="watch-parts">
        <video ref={video} className="player" controls autoPlay playsInline />
        <div className="watch-bar">
          <Problem text={unread} />
          {problem !== undefined && (
            <div className="actions">
              <p role="status" className="status">
                {problem}
              </p>
              <button onClick={() => seek(positionMs)}>Try again</button>
            </div>
          )}
          {timeline !== undefined && (
            <TimelineBar
              view={view}
              extent={extent}
              timeline={timeline}
              thumbnails={thumbnails}
              positionMs={positionMs}
              clip={clip}
              onSeek={seek}
              onClip={setClip}
              onZoom={(factor, aroundMs) => setView(zoom(view, factor, aroundMs, day))}
            />
          )}
          <div className="watch-tools">
            <div className="actions" role="group" aria-label="Timeline">
              <button aria-label="Zoom in" onClick={() => setView(zoom(view, 0.5, positionMs, day))}>
                +
              </button>
              <button
                aria-label="Zoom out"
                disabled={isWholeDay}
                onClick={() => setView(zoom(view, 2, positionMs, day))}
              >
                −
              </button>
              <button aria-label="Earlier" disabled={isWholeDay} onClick={() => setView(shift(view, -0.5, day))}>
                ‹
              </button>
              <button aria-label="Later" disabled={isWholeDay} onClick={() => setView(shift(view, 0.5, day))}>
                ›
              </button>
              <button disabled={isWholeDay} onClick={() => setView(day)}>
                Whole day
              </button>
            </div>
            <ClipControls stream={stream} positionMs={positionMs} bounds={extent} clip={clip} onClip={setClip} />
          </div>
          <ExportControls key={stream} stream={stream} clip={clip} />
          {timeline !== undefined && <p className="facts">{describe(timeline)}</p>}
        </div>
        <DayPicker stream={stream} day={day} onPick={show} />
      </div>
    </section>
  );
}

function useThumbnails(stream: string): Thumbnails {
  const thumbnails = useMemo(() => new Thumbnails(stream), [stream]);
  useEffect(
    () => () => {
      thumbnails.close();
    },
    [thumbnails],
  );
  return thumbnails;
}

/** @returns false when nothing is recorded there or later */
function playFrom(player: RangePlayer | undefined, atMs: number, day: Stretch, timeline: Timeline): boolean {
  const fromMs = playableFrom(atMs, timeline.ranges);
  if (fromMs === undefined) return false;
  player?.play(fromMs, endOf(day, timeline));
  return true;
}

/** What records goes on to be played; what is over has an end. */
function endOf(day: Stretch, { sessions }: Timeline): number {
  const isGoingOn = sessions.some(({ endedAt }) => endedAt === null);
  return isGoingOn ? day.toMs : Math.min(day.toMs, Math.floor(Date.now() / 1000) * 1000);
}

function describe({ recordedMs, sizeBytes, sessionCount }: Timeline): string {
  return `${formatDuration(recordedMs)} recorded · ${count(sessionCount, 'session')} · ${formatBytes(sizeBytes)}`;
}
