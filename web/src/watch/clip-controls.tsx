import { Problem, useAttempt } from '../attempt';
import { logInState } from '../credentials';
import { save } from '../download';
import { formatClock, formatShortTime } from '../format';
import { signUrls } from '../signed';
import { instantsOf, rangeUrl, type Stretch } from '../timeline';
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
    return (
      <div className="actions">
        <button disabled={lengthOf(bounds) < LEAST_MS} onClick={() => onClip(usualClip(positionMs, bounds))}>
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
        <button onClick={() => onClip(bounds)}>All of it</button>
        <DownloadLink stream={stream} clip={clip} />
        <button onClick={() => onClip(undefined)}>No clip</button>
      </div>
    </div>
  );
}

/** The browser takes the file by itself, from a signed address where it needs a token for it. */
function DownloadLink({ stream, clip }: { readonly stream: string; readonly clip: Stretch }): React.JSX.Element {
  const { problem, attempt } = useAttempt();
  const fileName = clipName(stream, clip);
  const takeSigned = (event: React.MouseEvent): void => {
    if (logInState() !== 'done') return;
    event.preventDefault();
    attempt(async () => {
      const { mp4 } = await signUrls(stream, instantsOf(clip));
      if (mp4 !== null) save(mp4, fileName);
    });
  };
  return (
    <>
      <a href={rangeUrl(stream, 'clip.mp4', clip)} download={fileName} onClick={takeSigned}>
        Download
      </a>
      <Problem text={problem} />
    </>
  );
}

/** @returns what follows, or the last of what there is */
function usualClip(positionMs: number, bounds: Stretch): Stretch {
  const lengthMs = Math.min(USUAL_MS, lengthOf(bounds));
  const fromMs = Math.min(Math.max(positionMs, bounds.fromMs), bounds.toMs - lengthMs);
  return { fromMs, toMs: fromMs + lengthMs };
}

function clipName(stream: string, { fromMs }: Stretch): string {
  return `${stream}-${new Date(fromMs).toISOString().slice(0, 19).replaceAll(':', '-')}.mp4`;
}
