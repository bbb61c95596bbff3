import { useState } from 'react';
import { messageOf } from './explain';

interface Attempts {
  readonly isBusy: boolean;
  /** Why the last one failed. */
  readonly problem: string | undefined;
  readonly attempt: (action: () => Promise<void>) => void;
}

/** For what is asked of the server when somebody presses a button. */
export function useAttempt(): Attempts {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const attempt = (action: () => Promise<void>): void => {
    setBusy(true);
    setProblem(undefined);
    action()
      .catch((failure: unknown) => {
        setProblem(messageOf(failure));
      })
      .finally(() => {
        setBusy(false);
      });
  };
  return { isBusy, problem, attempt };
}

export function Problem({ text }: { readonly text: string | undefined }): React.JSX.Element | null {
  if (text === undefined) return null;
  return (
    <p role="alert" className="error">
      {text}
    </p>
  );
}
