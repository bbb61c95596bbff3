import { rangeUrl, type Stretch } from '../api';
import { formatClock, formatShortTime } from '../format';
import { lengthOf } from './time-scale';

const USUAL_MS = 30_000;
const LEAST_MS = 1000;

interface Props {
  readonly stream: string;
  readonly positionMs: number;
  /** What there is to choose from. */
  readonly bounds: Stretch;
  readonly clip: Stretch | undefined;
  readonly onClip: (clip: Stretch | undefined) => void;
}

/** Chooses a stretch of time and downloads it. */
export function ClipControls({ stream, positionMs, bounds, clip, onClip }: Props): React.JSX.Element {
  if (clip === undefined) {
    const toMs = Math.min(positionMs + USUAL_MS, bounds.toMs);
    return (
      <div className="actions">
        <button
          onClick={() => onClip({ fromMs: Math.max(bounds.fromMs, Math.min(positionMs, toMs - LEAST_MS)), toMs })}
        >
          Select a clip
        </button>
      </div>
    );
  }
  const [from, to] = [clip.fromMs, clip.toMs].map((atMs) => formatClock(new Date(atMs).toISOString()));
  return (
    <div className="clip-controls">
      <p className="facts" role="status">
        Clip: {from} to {to}, {formatShortTime(lengthOf(clip))}
      </p>
      <div className="actions">
        <button disabled={positionMs > clip.toMs - LEAST_MS} onClick={() => onClip({ ...clip, fromMs: positionMs })}>
          Start here
        </button>
        <button disabled={positionMs < clip.fromMs + LEAST_MS} onClick={() => onClip({ ...clip, toMs: positionMs })}>
          End here
        </button>
        <a href={rangeUrl(stream, 'clip.mp4', clip)} download={clipName(stream, clip)}>
          Download
        </a>
        <button onClick={() => onClip(undefined)}>No clip</button>
      </div>
    </div>
  );
}

function clipName(stream: string, { fromMs }: Stretch): string {
  return `${stream}-${new Date(fromMs).toISOString().slice(0, 19).replaceAll(':', '-')}.mp4`;
}
