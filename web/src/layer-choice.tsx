import { useEffect, useId, useState } from 'react';
import { Problem, useAttempt } from './attempt';
import { call, post } from './call';

const REFRESH_MS = 5000;
/** What live777's users call them. */
const NAMES: Readonly<Record<string, string>> = { f: 'high (f)', h: 'medium (h)', q: 'low (q)' };
const AUTOMATIC = '';
const UNKNOWN = '?';
const NONE: readonly string[] = [];

interface Props {
  /** Path of a viewer's session. */
  readonly session: string;
  readonly layers: readonly string[];
  /** Of somebody else's session it is not known what was chosen before. */
  readonly isOwn?: boolean;
}

/** Which layer a viewer is sent, who has just come. */
export function OwnLayerChoice({ session }: { readonly session: string }): React.JSX.Element | null {
  return <LayerChoice session={session} layers={useLayers(session)} isOwn />;
}

/** Which layer a viewer is sent, of simulcast or of one stream (SVC); nothing where its publisher sends one only. */
export function LayerChoice({ session, layers, isOwn = false }: Props): React.JSX.Element | null {
  const [chosen, setChosen] = useState(isOwn ? AUTOMATIC : UNKNOWN);
  const { isBusy, problem, attempt } = useAttempt();
  const id = useId();
  if (layers.length < 2) return null;
  const choose = (layer: string): void => {
    attempt(async () => {
      if (layer === AUTOMATIC) await call(`${session}/layer`, { method: 'DELETE' });
      else await post(`${session}/layer`, { encodingId: layer });
      setChosen(layer);
    });
  };
  return (
    <span className="layer-choice">
      <label htmlFor={id}>Layer</label>
      <select id={id} value={chosen} disabled={isBusy} onChange={({ target }) => choose(target.value)}>
        {chosen === UNKNOWN && (
          <option value={UNKNOWN} disabled>
            choose…
          </option>
        )}
        <option value={AUTOMATIC}>automatic</option>
        {layers.map((layer) => (
          <option key={layer} value={layer}>
            {nameOf(layer)}
          </option>
        ))}
      </select>
      <Problem text={problem} />
    </span>
  );
}

/** `S1T2` is the second size at the third rate, counted from the smallest and slowest. */
function nameOf(layer: string): string {
  const { size, rate } = /^S(?<size>\d)T(?<rate>\d)$/.exec(layer)?.groups ?? {};
  if (size === undefined || rate === undefined) return NAMES[layer] ?? layer;
  return `size ${Number(size) + 1}, rate ${Number(rate) + 1} (${layer})`;
}

/**
 * A publisher may come after its viewers, and with other layers: they are read again and again.
 *
 * @param session path of one of the viewers; undefined while there is none
 * @returns the layers that a publisher sends, which are the same for all who watch it
 */
export function useLayers(session: string | undefined): readonly string[] {
  const [layers, setLayers] = useState<readonly string[]>([]);
  useEffect(() => {
    if (session === undefined) return undefined;
    let isCurrent = true;
    const ask = (): void => {
      call<readonly { readonly encodingId: string }[]>(`${session}/layer`).then(
        (found) => {
          if (isCurrent) setLayers(found.map(({ encodingId }) => encodingId));
        },
        // Without layers there is nothing to choose from, nor of a viewer who has left.
        () => {
          if (isCurrent) setLayers([]);
        },
      );
    };
    ask();
    const timer = window.setInterval(ask, REFRESH_MS);
    return () => {
      isCurrent = false;
      window.clearInterval(timer);
    };
  }, [session]);
  return session === undefined ? NONE : layers;
}
