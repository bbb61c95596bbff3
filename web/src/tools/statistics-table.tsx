import { formatBitrate } from '../format';
import type { PeerLink } from '../peer-link';
import { type StreamStatistics, useStatistics } from './statistics';

const milliseconds = (value: number | undefined): string | undefined =>
  value === undefined ? undefined : `${value.toFixed(1)} ms`;
const number = (value: number | undefined): string | undefined => value?.toLocaleString();

const ROWS: readonly [string, (stream: StreamStatistics) => string | undefined][] = [
  ['codec', ({ codec }) => codec],
  ['size', ({ size }) => size],
  ['frames a second', ({ framesPerSecond }) => number(framesPerSecond)],
  ['bitrate', ({ bitrateBps }) => (bitrateBps === undefined ? undefined : formatBitrate(bitrateBps))],
  ['packets', ({ packets }) => number(packets)],
  ['packets lost', ({ packetsLost }) => number(packetsLost)],
  ['frames dropped', ({ framesDropped }) => number(framesDropped)],
  ['freezes', ({ freezes }) => number(freezes)],
  ['NACKs', ({ nacks }) => number(nacks)],
  ['key frames asked for', ({ keyFrameRequests }) => number(keyFrameRequests)],
  ['jitter', ({ jitterMs }) => milliseconds(jitterMs)],
  ['in the buffer', ({ bufferMs }) => milliseconds(bufferMs)],
  ['round trip', ({ roundTripMs }) => milliseconds(roundTripMs)],
];

interface Props {
  readonly label: string;
  readonly link: PeerLink | undefined;
}

/** What the browser measures of a connection, a column for each RTP stream. */
export function StatisticsTable({ label, link }: Props): React.JSX.Element | null {
  const streams = useStatistics(link);
  if (streams.length === 0) return null;
  return (
    <div className="completeness statistics">
      <table aria-label={label}>
        <thead>
          <tr>
            <td />
            {streams.map(({ id, name }) => (
              <th key={id} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ROWS.filter(([, valueOf]) => streams.some((stream) => valueOf(stream) !== undefined)).map(
            ([what, valueOf]) => (
              <tr key={what}>
                <th scope="row">{what}</th>
                {streams.map((stream) => (
                  <td key={stream.id}>{valueOf(stream) ?? ''}</td>
                ))}
              </tr>
            ),
          )}
        </tbody>
      </table>
    </div>
  );
}
