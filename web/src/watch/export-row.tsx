import { useEffect, useState } from 'react';
import { Problem, useAttempt } from '../attempt';
import { logInState } from '../credentials';
import { download } from '../download';
import { Refusal } from '../explain';
import { deleteExport, type Export, EXPORT_FORMATS, followExport, isDone, readExport } from '../exports';
import { formatBytes, formatClock, formatDate, formatWait } from '../format';
import { wordsOf } from '../problem-words';

const EXPORT_NOT_FOUND = 'export-not-found';

interface Props {
  readonly id: string;
  /** It was deleted, here or elsewhere. */
  readonly onGone: () => void;
}

/** One export from its order to its file. */
export function ExportRow({ id, onGone }: Props): React.JSX.Element | null {
  const now = useExport(id, onGone);
  const { isBusy, problem, attempt } = useAttempt();
  if (now === undefined) return null;
  const { state, file, percent } = now;
  const remove = (): void => {
    attempt(() => deleteExport(id).catch(unlessGone).then(onGone));
  };
  const title = titleOf(now);
  return (
    <li>
      <div className="what">
        <strong>{title}</strong>
        {!isDone(now) && <progress max={100} value={percent} aria-label={`Progress of ${title}`} />}
        <p className={state === 'failed' ? 'error' : 'facts'} role="status">
          {describe(now)}
        </p>
        <Problem text={problem} />
      </div>
      <div className="actions">
        {file !== null && <FileLink file={file} now={now} onTake={attempt} />}
        <button disabled={isBusy} aria-label={`${deedOf(now)} ${title}`} onClick={remove}>
          {deedOf(now)}
        </button>
      </div>
    </li>
  );
}

interface FileLinkProps {
  readonly file: string;
  readonly now: Export;
  readonly onTake: (take: () => Promise<void>) => void;
}

/** The file of an export has no signed address: who needs a token for it fetches it with that. */
function FileLink({ file, now, onTake }: FileLinkProps): React.JSX.Element {
  const fileName = now.fileName ?? '';
  return (
    <a
      href={file}
      download={fileName}
      aria-label={`Save ${titleOf(now)}`}
      onClick={(event) => {
        if (logInState() !== 'done') return;
        event.preventDefault();
        onTake(() => download(file, fileName));
      }}
    >
      Save
    </a>
  );
}

/** @returns undefined before the first answer */
function useExport(id: string, onGone: () => void): Export | undefined {
  const [now, setNow] = useState<Export>();
  const [isGone, setGone] = useState(false);
  useEffect(() => {
    let end = followNothing;
    let isCurrent = true;
    readExport(id).then(
      (first) => {
        if (!isCurrent) return;
        setNow(first);
        if (!isDone(first)) end = followExport(id, setNow);
      },
      (failure: unknown) => {
        if (isCurrent && isNotFound(failure)) setGone(true);
      },
    );
    return () => {
      isCurrent = false;
      end();
    };
  }, [id]);
  useEffect(() => {
    if (isGone) onGone();
  }, [isGone, onGone]);
  return now;
}

const followNothing = (): void => undefined;

function isNotFound(failure: unknown): boolean {
  return failure instanceof Refusal && failure.code === EXPORT_NOT_FOUND;
}

function unlessGone(failure: unknown): void {
  if (!isNotFound(failure)) throw failure;
}

function deedOf({ state }: Export): string {
  if (state === 'completed') return 'Delete';
  return state === 'failed' ? 'Remove' : 'Cancel';
}

function titleOf({ from, to, format }: Export): string {
  const stretch = from === null || to === null ? '' : `${formatClock(from)} to ${formatClock(to)}, `;
  return stretch + EXPORT_FORMATS[format];
}

function describe({ state, percent, etaSeconds, sizeBytes, problem, expiresAt }: Export): string {
  const size = sizeBytes === null ? [] : [formatBytes(sizeBytes)];
  switch (state) {
    case 'waiting':
      return 'Waiting for its turn…';
    case 'running':
      return [`${percent} %`, ...(etaSeconds === null ? [] : [`${formatWait(etaSeconds)} left`]), ...size].join(' · ');
    case 'failed':
      return wordsOf(problem?.code, {}, problem?.detail ?? 'It failed.');
    case 'completed': {
      const until = expiresAt === null ? [] : [`kept until ${formatDate(expiresAt)}, ${formatClock(expiresAt)}`];
      return ['Ready', ...size, ...until].join(' · ');
    }
  }
}
