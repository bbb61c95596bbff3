import { useEffect, useRef, useState } from 'react';
import { Problem, useAttempt } from './attempt';
import { listSessions, type SessionPage } from './recorded';
import { SessionDetails } from './session-details';

interface Props {
  /** Id of a day. */
  readonly day: string;
  /** Behind which of its sessions these begin. */
  readonly after: string | null;
  readonly onChanged: () => void;
}

/** The sessions of a long day, oldest first, a hundred more each time that the end of the list comes into sight. */
export function MoreSessions({ day, after, onChanged }: Props): React.JSX.Element {
  const [read, setRead] = useState<SessionPage>({ sessions: [], after });
  const { isBusy, problem, attempt } = useAttempt();
  const more = (): void => {
    if (isBusy || read.after === null) return;
    attempt(async () => {
      const next = await listSessions(day, read.after);
      setRead({ sessions: [...read.sessions, ...next.sessions], after: next.after });
    });
  };
  const begin = (): void => {
    setRead({ sessions: [], after });
    onChanged();
  };
  return (
    <>
      {read.sessions.map((session) => (
        <SessionDetails key={session.id} session={session} isOnly={false} onChanged={begin} />
      ))}
      <Problem text={problem} />
      {read.after !== null && <EndOfList onSeen={problem === undefined ? more : undefined} onWanted={more} />}
    </>
  );
}

interface EndProps {
  /** Undefined while nobody is to ask by looking. */
  readonly onSeen: (() => void) | undefined;
  readonly onWanted: () => void;
}

function EndOfList({ onSeen, onWanted }: EndProps): React.JSX.Element {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const element = button.current;
    if (element === null || onSeen === undefined) return undefined;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) onSeen();
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [onSeen]);
  return (
    <button ref={button} onClick={onWanted}>
      Show later sessions
    </button>
  );
}
