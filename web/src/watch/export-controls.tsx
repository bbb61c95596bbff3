import { useState } from 'react';
import { Problem, useAttempt } from '../attempt';
import { createExport, EXPORT_FORMATS, type ExportFormat, forgetExport, type GapRule, keptExports } from '../exports';
import type { Stretch } from '../timeline';
import { ExportRow } from './export-row';

interface Props {
  readonly stream: string;
  readonly clip: Stretch | undefined;
}

const FORMATS = Object.entries(EXPORT_FORMATS) as [ExportFormat, string][];

/** Has files made of clips by the server, in other formats and of any length, and follows them. */
export function ExportControls({ stream, clip }: Props): React.JSX.Element | null {
  const [format, setFormat] = useState<ExportFormat>('mp4');
  const [gaps, setGaps] = useState<GapRule>('keep');
  const [ids, setIds] = useState(() => keptExports(stream));
  const { isBusy, problem, attempt } = useAttempt();
  const make = async (range: Stretch): Promise<void> => {
    await createExport(stream, range, { format, gaps });
    setIds(keptExports(stream));
  };
  const forget = (id: string): void => {
    forgetExport(stream, id);
    setIds(keptExports(stream));
  };
  if (clip === undefined && ids.length === 0) return null;
  return (
    <section className="exports" aria-label="Exports">
      {clip !== undefined && (
        <form
          className="export-form"
          onSubmit={(event) => {
            event.preventDefault();
            attempt(() => make(clip));
          }}
        >
          <label>
            Format
            <select value={format} onChange={({ target }) => setFormat(target.value as ExportFormat)}>
              {FORMATS.map(([name, words]) => (
                <option key={name} value={name}>
                  {words}
                </option>
              ))}
            </select>
          </label>
          <label>
            Gaps
            <select value={gaps} onChange={({ target }) => setGaps(target.value as GapRule)}>
              <option value="keep">keep their length</option>
              <option value="close">leave out</option>
            </select>
          </label>
          <button type="submit" disabled={isBusy}>
            Export the clip
          </button>
          <Problem text={problem} />
        </form>
      )}
      <ul className="rows" aria-label={`Exports of ${stream}`}>
        {ids.map((id) => (
          <ExportRow key={id} id={id} onForget={() => forget(id)} />
        ))}
      </ul>
    </section>
  );
}
