import { Problem, useAttempt } from '../attempt';
import { logInState } from '../credentials';
import { save } from '../download';
import {
  deleteExport,
  type Export,
  EXPORT_FORMATS,
  isDone,
  EXPORT_NOT_FOUND,
  isExportGone,
  signFile,
} from '../exports';
import { formatBytes, formatClock, formatDate, formatWait } from '../format';
import { wordsOf } from '../problem-words';
import { useExport } from './use-export';

interface Props {
  readonly id: string;
  /** Nobody wants to see it here any more. */
  readonly onForget: () => void;
}

/** One export from its order to its file, and to its end. */
export function ExportRow({ id, onForget }: Props): React.JSX.Element {
  const { now, isGone, problem: trouble } = useExport(id);
  const { isBusy, problem, attempt } = useAttempt();
  const title = now === undefined ? 'Export' : titleOf(now);
  const isOver = isGone || now === undefined;
  const remove = (): void => {
    if (isOver) onForget();
    else attempt(() => deleteExport(id).catch(unlessGone).then(onForget));
  };
  const deed = isOver ? 'Remove' : deedOf(now);
  return (
    <li>
      <div className="what">
        <strong>{title}</strong>
        {!isOver && !isDone(now) && <progress max={100} value={now.percent} aria-label={`Progress of ${title}`} />}
        <p className={!isGone && now?.state === 'failed' ? 'error' : 'facts'} role="status">
          {tellOf(now, isGone)}
        </p>
        <Problem text={isGone ? undefined : (problem ?? trouble)} />
      </div>
      <div className="actions">
        {!isGone && now?.file && <FileLink file={now.file} now={now} onTake={attempt} />}
        <button disabled={isBusy} aria-label={`${deed} ${title}`} onClick={remove}>
          {deed}
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

/** The browser takes the file by itself, from a signed address where it needs a token for it. */
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
        onTake(async () => {
          save(await signFile(now.id), fileName);
        });
      }}
    >
      Save
    </a>
  );
}

function tellOf(now: Export | undefined, isGone: boolean): string {
  if (isGone) return wordsOf(EXPORT_NOT_FOUND, {}, 'The export is gone.');
  return now === undefined ? '' : describe(now);
}

function unlessGone(failure: unknown): void {
  if (!isExportGone(failure)) throw failure;
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
