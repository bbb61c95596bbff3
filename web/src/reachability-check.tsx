import { useState } from 'react';
import { Problem } from './attempt';
import { messageOf } from './explain';
import { type Reachability, type TriedCandidate, readReachability, tryCandidates } from './reachability';

/** Which of the server's addresses this browser reaches, and what the server advises. */
export function ReachabilityCheck(): React.JSX.Element {
  const [report, setReport] = useState<Reachability>();
  const [tried, setTried] = useState<readonly TriedCandidate[]>([]);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<string>();

  const check = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    setTried([]);
    setReport(undefined);
    try {
      await tryCandidates((one) => setTried((before) => [...before, one]));
      setReport(await readReachability());
    } catch (failure) {
      setError(messageOf(failure));
    } finally {
      setBusy(false);
    }
  };

  return (
    <section className="card" aria-labelledby="reachability">
      <h2 id="reachability">Reachability</h2>
      <p>Which addresses for media does this browser reach?</p>
      <button type="button" onClick={() => void check()} disabled={isBusy}>
        {isBusy ? 'Checking…' : 'Check from here'}
      </button>
      <ul className="rows" aria-live="polite">
        {tried.map(({ name, connectedAfterMs }) => (
          <li key={name}>
            <code>{name}</code>{' '}
            <span className={connectedAfterMs === undefined ? 'error' : 'status good'}>
              {connectedAfterMs === undefined ? 'not reached' : `reached in ${String(Math.round(connectedAfterMs))} ms`}
            </span>
          </li>
        ))}
      </ul>
      {report !== undefined && <Verdict tried={tried} report={report} />}
      <Problem text={error} />
    </section>
  );
}

function Verdict({
  tried,
  report,
}: {
  readonly tried: readonly TriedCandidate[];
  readonly report: Reachability;
}): React.JSX.Element {
  return (
    <>
      <p role="status">{sentenceOn(tried)}</p>
      {report.advice.length > 0 && (
        <ul aria-label="Advice">
          {report.advice.map(({ code, message }) => (
            <li key={code}>{message}</li>
          ))}
        </ul>
      )}
    </>
  );
}

function sentenceOn(tried: readonly TriedCandidate[]): string {
  const reached = tried.filter(({ connectedAfterMs }) => connectedAfterMs !== undefined);
  if (reached.some(({ name }) => name.startsWith('UDP'))) return 'UDP arrives.';
  if (reached.length > 0) return 'UDP does not arrive, TCP does.';
  return 'Nothing arrives from here.';
}
