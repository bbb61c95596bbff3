import { useState } from 'react';
import { useMay } from './access';
import { Problem, useAttempt } from './attempt';
import { ConfirmDialog } from './confirm-dialog';
import { formatBytes, formatClock, formatDate, formatDuration } from './format';
import { count } from './missing';
import { PlaybackLinks } from './playback-links';
import { deleteSession, holdSession, isGoingOn, type RecordingSession, releaseSession } from './recorded';

interface Props {
  readonly session: RecordingSession;
  readonly onChanged: () => void;
}

/** What can be done with a session, and why something cannot. */
export function SessionActions({ session, onChanged }: Props): React.JSX.Element {
  const { id, stream, startedAt, heldAt, playback } = session;
  const may = useMay();
  const [isDeleting, setDeleting] = useState(false);
  const { isBusy, problem, attempt } = useAttempt();
  const isHeld = heldAt !== null;
  const change = (action: (sessionId: string) => Promise<void>): void => {
    attempt(() => action(id).then(onChanged));
  };
  const isAdmin = may('admin');
  return (
    <>
      <div className="actions">
        {session.segmentCount > 0 && (
          <PlaybackLinks
            label={`the session from ${formatClock(startedAt)}`}
            stream={stream}
            paths={playback}
            selection={{ session: id }}
          />
        )}
        {isAdmin && (
          <button disabled={isBusy} onClick={() => change(isHeld ? releaseSession : holdSession)}>
            {isHeld ? 'Release' : 'Hold'}
          </button>
        )}
        {isAdmin && (
          <button disabled={isHeld || isGoingOn(session)} onClick={() => setDeleting(true)}>
            Delete…
          </button>
        )}
      </div>
      <p className="facts">{reasonOf(session, isAdmin)}</p>
      <Problem text={problem} />
      {isDeleting && (
        <DeleteDialog
          session={session}
          onClose={() => {
            setDeleting(false);
          }}
          onDeleted={onChanged}
        />
      )}
    </>
  );
}

/** @returns why it cannot be deleted, for who may delete; that it is held is of interest to all */
function reasonOf(session: RecordingSession, isAdmin: boolean): string {
  const { heldAt } = session;
  if (heldAt !== null) return `Held since ${formatDate(heldAt)}, ${formatClock(heldAt)}: nobody can delete it.`;
  return isAdmin && isGoingOn(session) ? 'It can be deleted once it has ended.' : '';
}

interface DialogProps {
  readonly session: RecordingSession;
  readonly onDeleted: () => void;
  readonly onClose: () => void;
}

function DeleteDialog({ session, onDeleted, onClose }: DialogProps): React.JSX.Element {
  const [removesObjects, setRemovesObjects] = useState(true);
  const { id, stream, startedAt, endedAt, lengthMs, sizeBytes, segmentCount, storage } = session;
  const { directories, uploadingCount } = storage;
  const until = endedAt === null ? '' : ` to ${formatClock(endedAt)}`;
  return (
    <ConfirmDialog
      title={`Delete a session of ${stream}?`}
      deed="Delete"
      onClose={onClose}
      onConfirm={() => deleteSession(id, removesObjects).then(onDeleted)}
    >
      <p>
        {formatDate(startedAt)}, {formatClock(startedAt)}
        {until}: {formatDuration(lengthMs)} of media, {formatBytes(sizeBytes)} in {count(segmentCount, 'segment')}. It
        will be gone from lists, timeline and players, and there is no way back.
      </p>
      <fieldset>
        <legend>What becomes of the files in {directories.join(', ')}</legend>
        <label className="choice">
          <input type="radio" checked={removesObjects} onChange={() => setRemovesObjects(true)} />
          They are deleted too
        </label>
        <label className="choice">
          <input type="radio" checked={!removesObjects} onChange={() => setRemovesObjects(false)} />
          They stay where they are and take space, and nothing lists them
        </label>
      </fieldset>
      {uploadingCount > 0 && <p>{count(uploadingCount, 'segment')} had not been uploaded yet.</p>}
    </ConfirmDialog>
  );
}
