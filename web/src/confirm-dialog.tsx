import { useEffect, useId, useRef } from 'react';
import { Problem, useAttempt } from './attempt';

interface Props {
  readonly title: string;
  /** What the button says that does it. */
  readonly deed: string;
  /** What there will be no way back from, in words. */
  readonly children: React.ReactNode;
  readonly onConfirm: () => Promise<void>;
  readonly onClose: () => void;
}

/** Asks once more before something is gone. It closes when that is done, and stays with the reason when it is refused. */
export function ConfirmDialog({ title, deed, children, onConfirm, onClose }: Props): React.JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const { isBusy, problem, attempt } = useAttempt();
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => {
      element?.close();
    };
  }, []);
  return (
    <dialog ref={dialog} className="card" aria-labelledby={heading} onClose={onClose}>
      <h2 id={heading}>{title}</h2>
      {children}
      <Problem text={problem} />
      <div className="actions">
        <button autoFocus onClick={onClose}>
          Cancel
        </button>
        <button className="danger" disabled={isBusy} onClick={() => attempt(() => onConfirm().then(onClose))}>
          {deed}
        </button>
      </div>
    </dialog>
  );
}
