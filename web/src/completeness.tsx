import { useState } from 'react';
import { formatShortTime } from './format';
import { betweenMs, count, missingOf } from './missing';
import { MoreSessions } from './more-sessions';
import type { RecordedDay } from './recorded';
import { SessionDetails } from './session-details';

interface Props {
  /** What is said of a day is said of all of it: of one with more sessions than came along nothing is. */
  readonly day: RecordedDay;
  readonly onChanged: () => void;
}

/** How complete a recording is, in one line; what it is made of, and what can be done with that, when it is opened. */
export function Completeness({ day, onChanged }: Props): React.JSX.Element | null {
  const { id, sessions, isWhole, after } = day;
  const [isOpen, setOpen] = useState(false);
  if (sessions.length === 0) return null;
  const missing = isWhole ? missingOf(sessions) : undefined;
  const text = isWhole ? (missing?.text ?? 'nothing recorded yet') : `more than ${count(sessions.length, 'session')}`;
  const unrecorded = sessions.flatMap((session) => session.unrecorded);
  const without = [...new Set(unrecorded.map(({ kind, codec }) => `${kind} not recorded (${codec})`))];
  const between = isWhole ? betweenMs(sessions) : 0;
  const outside = between === 0 ? [] : [`nothing there for ${formatShortTime(between)} between sessions`];
  const held = sessions.some(({ heldAt }) => heldAt !== null) ? ['held'] : [];
  return (
    <details className="completeness" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary className={classOf(missing?.isWhole, without.length > 0)}>
        {[text, ...without, ...outside, ...held].join(' · ')}
      </summary>
      {isOpen &&
        (isWhole ? [...sessions].reverse() : sessions).map((session) => (
          <SessionDetails key={session.id} session={session} isOnly={sessions.length === 1} onChanged={onChanged} />
        ))}
      {isOpen && !isWhole && <MoreSessions key={after} day={id} after={after} onChanged={onChanged} />}
    </details>
  );
}

function classOf(isWhole: boolean | undefined, isLacking: boolean): string {
  if (isLacking || isWhole === false) return 'lacking';
  return isWhole === true ? 'whole' : '';
}
