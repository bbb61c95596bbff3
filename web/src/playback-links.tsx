import { useState } from 'react';
import { Problem, useAttempt } from './attempt';
import { logInState } from './credentials';
import { formatClock } from './format';
import type { PlaybackPaths } from './recorded';
import { type Selection, type SignedUrls, signUrls } from './signed';

interface Props {
  /** What they play, for who cannot see where they stand. */
  readonly label: string;
  readonly stream: string;
  /** Where nobody needs a token. */
  readonly paths: PlaybackPaths;
  /** What is granted where somebody does. */
  readonly selection: Selection;
}

/** Addresses for players. A link sends no token, so where one is needed they are signed when they are asked for. */
export function PlaybackLinks({ label, stream, paths, selection }: Props): React.JSX.Element {
  const [signed, setSigned] = useState<SignedUrls>();
  const { isBusy, problem, attempt } = useAttempt();
  if (logInState() !== 'done') return <Links label={label} paths={paths} />;
  if (signed !== undefined) {
    return (
      <>
        <Links label={label} paths={signed} />
        <p className="facts" role="status">
          Whoever has these links may play it until {formatClock(signed.expiresAt)}.
        </p>
      </>
    );
  }
  return (
    <>
      <button
        aria-label={`Links to ${label}`}
        disabled={isBusy}
        onClick={() => attempt(async () => setSigned(await signUrls(stream, selection)))}
      >
        Links
      </button>
      <Problem text={problem} />
    </>
  );
}

function Links({ label, paths }: { readonly label: string; readonly paths: PlaybackPaths }): React.JSX.Element {
  return (
    <>
      <a href={paths.dash} aria-label={`DASH of ${label}`}>
        DASH
      </a>
      <a href={paths.hls} aria-label={`HLS of ${label}`}>
        HLS
      </a>
      {paths.mp4 !== null && (
        <a href={paths.mp4} aria-label={`MP4 of ${label}`}>
          MP4
        </a>
      )}
    </>
  );
}
